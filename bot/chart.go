package bot

import (
	"fmt"
	"math"
	"strconv"

	"github.com/go-analyze/charts"
)

// chart is a picture of a summary, with every word that stands on it.
type chart struct {
	Title, Under string
	States       []string // the legend, from the bottom of a bar upwards; at most as many as stateColors
	Bars         []chartBar
	TopicsTitle  string
	Topics       []chartTopic // the longest first
	Nothing      string       // stands where there is nothing to show
}

// chartBar is a column: what was registered in a piece of the period.
type chartBar struct {
	Label  string
	Values []int // by state
}

// chartTopic is a lying bar, with its name above it.
type chartTopic struct {
	Name, Figures string
	Count         int
}

// The picture is upright, for a phone that shows it 390 points wide: what is
// 30 here is 11 there.
const (
	chartWidth  = 1080
	chartMargin = 48
	chartInner  = chartWidth - 2*chartMargin
	columnsEnd  = 800 // below the columns
	topicHeight = 96
	emptyHeight = 420
)

var (
	ink   = charts.ColorFromHex("#1b1f24")
	muted = charts.ColorFromHex("#57606a")
	lines = charts.ColorFromHex("#d0d7de")
	paper = charts.ColorFromHex("#ffffff")

	// The colours of the states differ in lightness too, so that they can be told
	// apart on a grey print and by whoever does not see red and green.
	stateColors = []charts.Color{
		charts.ColorFromHex("#b42318"), charts.ColorFromHex("#f5a524"), charts.ColorFromHex("#116149"), charts.ColorFromHex("#a8b3bf"),
	}
	topicColor = charts.ColorFromHex("#2f5d9b")
)

// draw makes a PNG of the chart.
func (c chart) draw() ([]byte, error) {
	theme := charts.GetTheme(charts.ThemeLight).WithSeriesColors(stateColors).WithBackgroundColor(paper).WithTextColor(ink).
		WithAxisSplitLineColor(lines).WithXAxisTextColor(muted).WithYAxisTextColor(muted)
	height := columnsEnd + chartMargin
	if c.total() == 0 {
		c.States, c.Topics, height = nil, nil, emptyHeight
	} else if len(c.Topics) > 0 {
		height += 72 + topicHeight*len(c.Topics)
	}
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: chartWidth, Height: height, Theme: theme})
	p.FilledRect(0, 0, chartWidth, height, paper, paper, 0)
	top := c.heading(p)
	if c.total() == 0 {
		p.TextFit(c.Nothing, chartMargin, emptyHeight*2/3, chartInner, style(34, muted), charts.AlignCenter)
	} else if err := c.columns(p, theme, top); err != nil {
		return nil, fmt.Errorf("draw the columns: %w", err)
	}
	c.topics(p)
	return p.Bytes()
}

func (c chart) total() (n int) {
	for _, b := range c.Bars {
		for _, v := range b.Values {
			n += v
		}
	}
	return n
}

// style is a font style by the height of its letters in pixels.
func style(pixels float64, color charts.Color) charts.FontStyle {
	return charts.FontStyle{FontSize: pixels * 72 / 92, FontColor: color}
}

// heading writes the title and the legend and returns where it ends.
func (c chart) heading(p *charts.Painter) int {
	p.Text(fit(p, c.Title, style(50, ink), chartInner), chartMargin, 84, 0, style(50, ink))
	p.Text(fit(p, c.Under, style(34, muted), chartInner), chartMargin, 138, 0, style(34, muted))
	x, y := chartMargin, 200
	for n, name := range c.States {
		s := style(32, ink)
		name = fit(p, name, s, chartInner-44)
		wide := p.MeasureText(name, 0, s).Width() + 44
		if x+wide > chartWidth-chartMargin && x > chartMargin {
			x, y = chartMargin, y+48
		}
		p.FilledRect(x, y-26, x+28, y+2, stateColors[n], stateColors[n], 0)
		p.Text(name, x+40, y, 0, s)
		x += wide + 36
	}
	return y + 30
}

// columns draws the stacked columns and writes above each what it amounts to,
// as long as there is room.
func (c chart) columns(p *charts.Painter, theme charts.ColorPalette, from int) error {
	values := make([][]float64, len(c.States))
	labels := make([]string, len(c.Bars))
	highest := 0
	for n, b := range c.Bars {
		labels[n] = b.Label
		for s := range values {
			values[s] = append(values[s], float64(b.Values[s]))
		}
		highest = max(highest, sum(b.Values))
	}
	top, step := scale(highest)
	opt := charts.NewBarChartOptionWithData(values)
	opt.Theme = theme
	opt.StackSeries = charts.Ptr(true)
	opt.Padding = charts.NewBox(0, 0, 0, 0)
	opt.Legend.Show = charts.Ptr(false)
	opt.CategoryAxis.Labels = thin(labels)
	opt.CategoryAxis.LabelCount = len(labels)
	opt.CategoryAxis.LabelFontStyle = style(30, muted)
	opt.ValueFormatter = func(v float64) string { return strconv.Itoa(int(math.Round(v))) }
	opt.ValueAxis[0].LabelFontStyle = style(30, muted)
	opt.ValueAxis[0].Min, opt.ValueAxis[0].Max = charts.Ptr(0.0), charts.Ptr(float64(top))
	opt.ValueAxis[0].LabelCount = top/step + 1
	opt.ValueAxis[0].SplitLineShow = charts.Ptr(true)
	box := charts.NewBox(chartMargin, from, chartWidth-chartMargin, columnsEnd)
	return p.Child(charts.PainterBoxOption(box)).BarChart(opt)
}

func sum(values []int) (n int) {
	for _, v := range values {
		n += v
	}
	return n
}

// scale is the top of an axis for a highest value and the step of its marks:
// whole numbers, at most five steps.
func scale(highest int) (top, step int) {
	for tens := 1; ; tens *= 10 {
		for _, m := range []int{1, 2, 5} {
			if step = m * tens; step*5 >= highest {
				return max(1, (highest+step-1)/step) * step, step
			}
		}
	}
}

// labelsAtMost is how many labels have room below the columns.
const labelsAtMost = 8

// thin empties so many labels that the others have room.
func thin(labels []string) []string {
	every := (len(labels) + labelsAtMost - 1) / labelsAtMost
	out := make([]string, len(labels))
	for n := range labels {
		if n%every == 0 {
			out[n] = labels[n]
		}
	}
	return out
}

func (c chart) topics(p *charts.Painter) {
	if len(c.Topics) == 0 {
		return
	}
	y := columnsEnd + 60
	p.Text(fit(p, c.TopicsTitle, style(38, ink), chartInner), chartMargin, y, 0, style(38, ink))
	longest := 1
	for _, t := range c.Topics {
		longest = max(longest, t.Count)
	}
	for _, t := range c.Topics {
		y += topicHeight
		figures := p.MeasureText(t.Figures, 0, style(32, ink)).Width()
		p.Text(fit(p, t.Name, style(32, ink), chartInner-figures-40), chartMargin, y-34, 0, style(32, ink))
		p.Text(t.Figures, chartWidth-chartMargin-figures, y-34, 0, style(32, ink))
		p.FilledRect(chartMargin, y-20, chartWidth-chartMargin, y, lines, lines, 0)
		p.FilledRect(chartMargin, y-20, chartMargin+max(2, chartInner*t.Count/longest), y, topicColor, topicColor, 0)
	}
}

// fit shortens a text until it is not wider than it may be.
func fit(p *charts.Painter, text string, s charts.FontStyle, width int) string {
	for n := len([]rune(text)); n > 1 && p.MeasureText(text, 0, s).Width() > width; n-- {
		text = cut(text, n-1)
	}
	return text
}
