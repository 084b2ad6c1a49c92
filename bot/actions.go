package bot

import "context"

// action is what a button does. The data of a button is "name:incident:…",
// with incident 0 for none.
type action struct {
	who right
	do  func(b *Bot, ctx context.Context, a ask) (toast, error)
}

// actions lists every button.
func actions() map[string]action {
	return map[string]action{
		// the card
		"menu":       {inGroup, (*Bot).openMenu},
		"assign":     {inGroup, (*Bot).assign},
		"dismiss":    {inGroup, (*Bot).dismiss},
		"stopword":   {inGroup, (*Bot).stopWord},
		"topic":      {inGroup, (*Bot).setTopic},
		"importance": {inGroup, (*Bot).setImportance},
		"journal":    {inGroup, (*Bot).showJournal},
		"reopen":     {inGroup, (*Bot).askReopen},
		"show":       {inGroup, (*Bot).showCard},
		"invite":     {inGroup, (*Bot).howToInvite},
		"merge":      {inGroup, (*Bot).merge},
		"ask_merge":  {inGroup, (*Bot).askMerge},
		"split":      {inGroup, (*Bot).divide},
		"split_post": {inGroup, (*Bot).dividePost},

		// card and item
		"undo":  {atWork, (*Bot).undo},
		"close": {atWork, (*Bot).close},

		// the item
		"turn":   {itsOfficial, (*Bot).openItemMenu},
		"accept": {itsOfficial, (*Bot).accept},
		"return": {itsOfficial, (*Bot).giveBack},
		"answer": {itsOfficial, (*Bot).askAnswer},
		"ask":    {itsOfficial, (*Bot).askQuestion},
		"bind":   {itsOfficial, (*Bot).bindDraft},

		// the preview
		"publish":     {itsOfficial, (*Bot).publish},
		"stop":        {itsOfficial, (*Bot).stop},
		"change":      {itsOfficial, (*Bot).change},
		"byhand":      {itsOfficial, (*Bot).publishedByHand},
		"wentout":     {itsOfficial, (*Bot).wentOut},
		"again":       {itsOfficial, (*Bot).sendAgain},
		"unpublished": {itsOfficial, (*Bot).askUnpublished},

		// what commands answer with
		"keywords":         {asMember, (*Bot).turnKeywords},
		"rule":             {asMember, (*Bot).turnRule},
		"rule_choose":      {asMember, (*Bot).chooseTopic},
		"rule_keep":        {asMember, (*Bot).keepRule},
		"rule_leave":       {asMember, (*Bot).leaveRule},
		"rule_drop":        {asMember, (*Bot).dropRule},
		"rule_return":      {asMember, (*Bot).returnRule},
		"topic_importance": {asMember, (*Bot).setTopicImportance},
		"builtins":         {asMember, (*Bot).renewBuiltins},
		"sources":          {asMember, (*Bot).turnSources},
		"take":             {asMember, (*Bot).takeChat},
		"queue":            {asMember, (*Bot).turnQueue},
		"officials":        {asMember, (*Bot).turnOfficials},
		"route":            {asMember, (*Bot).routeTopic},
		"dismiss_official": {asMember, (*Bot).removeOfficial},
		"invitemore":       {asMember, (*Bot).inviteAgain},
		"remove":           {asMember, (*Bot).removeRole},
		"zones":            {asMember, (*Bot).showZones},
		"zone":             {asMember, (*Bot).setZone},
		"move":             {anybody, (*Bot).moveHere}, // an owner, in a group that has no region yet
		"join":             {anybody, (*Bot).confirmJoin},
		"my":               {anybody, (*Bot).turnMy}, // shows whoever's chat it is his own
		"item":             {itsOfficial, (*Bot).showItem},
		"status":           {asOwner, (*Bot).refreshStatus},
		"summary":          {anybody, (*Bot).pressSummary}, // judged by the region that it names
		"release":          {asOwner, (*Bot).release},
	}
}
