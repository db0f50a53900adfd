package bulkaction

import (
	"context"
	"testing"
)

// SmallParts makes parts so small that tests have several.
func SmallParts(t *testing.T) {
	fast, slow, page := fastPart, slowPart, pinPage
	fastPart, slowPart, pinPage = 7, 3, 5
	t.Cleanup(func() { fastPart, slowPart, pinPage = fast, slow, page })
}

// AtMost bounds how many records may match.
func AtMost(t *testing.T, n int64) {
	before := maxMatched
	maxMatched = n
	t.Cleanup(func() { maxMatched = before })
}

// Round is one round of Work.
func (s *Service) Round(ctx context.Context) error {
	s.init()
	_, err := s.round(ctx)
	return err
}
