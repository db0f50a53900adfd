package main

// pair is a filter and a sort of rev-users.list: one page that people look at.
type pair struct {
	filter func(*site) map[string]any
	sort   []string
}

// body returns the request.
func (p pair) body(s *site) map[string]any {
	body := map[string]any{"limit": 50}
	for key, value := range p.filter(s) {
		body[key] = value
	}
	if p.sort != nil {
		body["sort_by"] = p.sort
	}
	return body
}

// Seven filters that people set, each in five orders: 35 pairs.
var (
	filters = []func(*site) map[string]any{
		func(*site) map[string]any { return nil },
		func(s *site) map[string]any { return map[string]any{"tags": []string{s.tag}} },
		func(s *site) map[string]any { return map[string]any{"associations": []string{s.accounts[0]}} },
		func(s *site) map[string]any { return map[string]any{"associations": s.accounts[:10]} },
		func(*site) map[string]any { return map[string]any{"is_verified": true} },
		func(*site) map[string]any { return map[string]any{"created_date": after("2020-01-01T00:00:00Z")} },
		func(s *site) map[string]any {
			return map[string]any{"tags": []string{s.tag}, "modified_date": after("2020-01-01T00:00:00Z")}
		},
	}
	sorts = [][]string{
		nil, {"created_date:asc"}, {"modified_date:desc"}, {"display_name:asc"}, {"email:desc"},
	}
	pairs = allPairs()
)

// adversarial pairs match nothing or little of a million, in an order that
// another index has.
var adversarial = []pair{
	{func(*site) map[string]any { return map[string]any{"is_verified": false} }, []string{"display_name:asc"}},
	{func(*site) map[string]any { return map[string]any{"created_date": after("2999-01-01T00:00:00Z")} }, []string{"email:asc"}},
	{func(*site) map[string]any {
		return map[string]any{"modified_date": map[string]any{"before": "2000-01-01T00:00:00Z"}}
	}, []string{"display_name:desc"}},
	{func(s *site) map[string]any {
		return map[string]any{"tags": []string{s.tag}, "associations": s.accounts[:1]}
	}, []string{"email:desc"}},
	{func(s *site) map[string]any {
		return map[string]any{"tags": []string{s.tag}, "is_verified": false, "associations": s.accounts[:10]}
	}, []string{"modified_date:asc"}},
}

func after(when string) map[string]any { return map[string]any{"after": when} }

func allPairs() []pair {
	var all []pair
	for _, filter := range filters {
		for _, sort := range sorts {
			all = append(all, pair{filter, sort})
		}
	}
	return all
}
