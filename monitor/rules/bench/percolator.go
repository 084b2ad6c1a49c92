package main

import (
	"strconv"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/ru"
)

// percolator is bleve turned round: the rules are the documents, each by the
// rarest word it needs, and a post is the query. It gives candidates only.
type percolator struct {
	index bleve.Index
	size  int
}

func newPercolator(list []mixed) (*percolator, error) {
	mapping := bleve.NewIndexMapping()
	mapping.DefaultAnalyzer = ru.AnalyzerName
	mapping.StoreDynamic = false
	mapping.DocValuesDynamic = false
	index, err := bleve.NewMemOnly(mapping)
	if err != nil {
		return nil, err
	}
	batch := index.NewBatch()
	for i, m := range list {
		if err := batch.Index(strconv.Itoa(i), map[string]string{"anchor": m.anchor}); err != nil {
			return nil, err
		}
	}
	return &percolator{index: index, size: len(list)}, index.Batch(batch)
}

func (p *percolator) candidates(post string) (int, error) {
	query := bleve.NewMatchQuery(post)
	query.SetField("anchor")
	request := bleve.NewSearchRequestOptions(query, p.size, 0, false)
	request.Score = "none"
	result, err := p.index.Search(request)
	if err != nil {
		return 0, err
	}
	return len(result.Hits), nil
}
