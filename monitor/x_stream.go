package monitor

// xStreaming holds the filtered stream.
type xStreaming struct{}

func newXStreaming() *xStreaming { return &xStreaming{} }
