package monitor

// vkPollServer is where a community's events are told.
type vkPollServer struct {
	Key    string `json:"key"`
	Server string `json:"server"`
	TS     string `json:"ts"`
}
