package timeline

import "encoding/json"

// OpAssigned is what history calls it when a rule chooses who looks after something new.
const OpAssigned = "assigned"

// ReadRule reads the name of the rule that an event is due to, empty for none.
func ReadRule(op, text string) (string, error) {
	if op != OpAssigned {
		return "", nil
	}
	var told struct {
		Name string `json:"rule_name"`
	}
	err := json.Unmarshal([]byte(text), &told)
	return told.Name, err
}
