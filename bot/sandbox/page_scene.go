package sandbox

import (
	"fmt"
	"net/http"
	"sync"
)

// scenes are those of a demo, with what was played already.
type scenes struct {
	list []Scene

	mu     sync.Mutex
	played []bool
}

// sceneView is a scene as the page shows it.
type sceneView struct {
	Scene int    `json:"scene"` // its number
	Title string `json:"title"`
	Said  string `json:"said"`
}

// left are the scenes that can still be played.
func (c *scenes) left(language string) []sceneView {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := []sceneView{}
	for n, one := range c.list {
		if !c.played[n] {
			list = append(list, sceneView{n, inLanguage(one.Title, language), inLanguage(one.Said, language)})
		}
	}
	return list
}

// take marks a scene as played, for whoever plays it; nobody can take it twice.
func (c *scenes) take(n int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n < 0 || n >= len(c.list) || c.played[n] {
		return fmt.Errorf("there is no scene %d, or it was played", n)
	}
	c.played[n] = true
	return nil
}

func (c *scenes) giveBack(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.played[n] = false
}

// demoScenes tells the page which scenes are left.
func (s *Server) demoScenes(c *scenes) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		s.answer(w, http.StatusOK, c.left(asked(r)))
	}
}

// demoScene plays a scene: {"scene":0}.
func (s *Server) demoScene(c *scenes) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ask := struct {
			Scene int `json:"scene"`
		}{-1}
		err := readDemo(w, r, &ask)
		if err == nil {
			err = c.take(ask.Scene)
		}
		if err != nil {
			s.answer(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		if err = c.list[ask.Scene].Play(); err != nil {
			c.giveBack(ask.Scene)
		}
		s.demoDone(w, err)
	}
}
