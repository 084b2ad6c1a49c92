package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"otklik/monitor/rules"
	"otklik/monitor/rules/score"
)

func rulesCommand() *cobra.Command {
	var o rulesOptions
	c := &cobra.Command{
		Use:   "rules FILE",
		Short: "Judge topics and their rules by a CSV file of texts whose topics are known",
		Long: "Judge topics and their rules by a CSV file of texts whose topics are known, plain or gzip;\n" +
			"- is the standard input. A label is the code or the name of a topic, several that are all right\n" +
			"are parted by |, an empty one means that nothing must be found, and rows labelled - are not judged.\n" +
			"Each text gets the topic that a post of it would get; whether it names a place is not asked.\n\n" +
			"A map is a CSV file of two columns, the label in FILE and what it means here; a header may stand\n" +
			"above. Rows whose label is not in the map are not judged.",
		Example: "  otklik rules labelled.csv\n" +
			"  otklik rules appeals.csv.gz --theme theme --map map.csv --worst 50\n" +
			"  otklik rules labelled.csv --rules own.txt --beside --json",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return judgeRules(c, args[0], o) },
	}
	f := c.Flags()
	f.StringVar(&o.text, "text", "text", "the column of the texts")
	f.StringVar(&o.label, "topic", "topic", "the column of the labels")
	f.StringVar(&o.label, "theme", "topic", "another word for --topic")
	f.StringVar(&o.mapping, "map", "", "a CSV file that says which topics a label means")
	f.StringVar(&o.rules, "rules", "", "topics and rules to judge instead of the built-in ones, in their format (monitor/rules/topics.txt)")
	f.BoolVar(&o.beside, "beside", false, "judge those of --rules beside the built-in ones")
	f.IntVar(&o.worst, "worst", 20, "how many missed texts, wrong topics and rules to show of each")
	f.BoolVar(&o.json, "json", false, "print everything as one JSON object")
	c.MarkFlagsMutuallyExclusive("topic", "theme")
	return c
}

// rulesOptions are the flags of rules.
type rulesOptions struct {
	text, label string // names of columns
	mapping     string
	rules       string
	beside      bool
	worst       int
	json        bool
}

func judgeRules(c *cobra.Command, path string, o rulesOptions) error {
	if o.worst < 0 {
		return fmt.Errorf("--worst %d: must not be negative", o.worst)
	}
	topics, err := o.topics()
	if err != nil {
		return err
	}
	meanings := labels{named: topicNames(topics)}
	if o.mapping != "" {
		if meanings.mapped, err = readMap(o.mapping, meanings); err != nil {
			return fmt.Errorf("--map %s: %w", o.mapping, err)
		}
	}
	judge, err := score.New(topics, o.worst)
	if err != nil {
		return err
	}
	file, _, err := openImport(c, path)
	if err != nil {
		return err
	}
	err = errors.Join(judgeFile(file, o, meanings, judge), file.Close())
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	out := c.OutOrStdout()
	if o.json {
		return json.NewEncoder(out).Encode(judge.Report())
	}
	return showReport(out, judge.Report(), o.worst)
}

// topics are those to be judged.
func (o rulesOptions) topics() ([]rules.Topic, error) {
	if o.rules == "" {
		return rules.Topics(), nil
	}
	text, err := os.ReadFile(o.rules)
	if err != nil {
		return nil, fmt.Errorf("--rules: %w", err)
	}
	own, err := rules.ParseTopics(string(text))
	if err != nil {
		return nil, fmt.Errorf("--rules %s: %w", o.rules, err)
	}
	if len(own) == 0 {
		return nil, fmt.Errorf("--rules %s: no topic in it", o.rules)
	}
	if !o.beside {
		return own, nil
	}
	return beside(rules.Topics(), own), nil
}

// beside adds the rules of own topics to those of the same code, and the topics
// that are new.
func beside(topics, own []rules.Topic) []rules.Topic {
	out := slices.Clone(topics)
	for _, t := range own {
		i := slices.IndexFunc(out, func(o rules.Topic) bool { return o.Code == t.Code })
		if i < 0 {
			out = append(out, t)
			continue
		}
		out[i].Rules = slices.Concat(out[i].Rules, t.Rules)
		out[i].DangerRules = slices.Concat(out[i].DangerRules, t.DangerRules)
	}
	return out
}

func judgeFile(in io.Reader, o rulesOptions, meanings labels, judge *score.Judge) error {
	rows := 0
	for row, err := range readLabelled(in, o.text, o.label) {
		if err != nil {
			return err
		}
		rows++
		topics, judged, err := meanings.of(row.label)
		if err != nil {
			return fmt.Errorf("line %d: %w", row.line, err)
		}
		if !judged {
			judge.Skip()
			continue
		}
		if err := judge.Add(score.Row{Line: row.line, Text: row.text, Topics: topics}); err != nil {
			return fmt.Errorf("line %d: %w", row.line, err)
		}
	}
	if rows == 0 {
		return errors.New("no rows below the header")
	}
	return nil
}
