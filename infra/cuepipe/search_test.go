package cuepipe

import "testing"

// The copy of somebody's words that searches make does not outlast their use.
func TestTheSearchIndexExpires(t *testing.T) {
	for _, stage := range []string{"dev", "prod"} {
		rules, _ := templateOf(t, stage).named("CaptionsBucket").at("LifecycleConfiguration", "Rules").([]any)
		days := map[string]float64{}
		for _, rule := range rules {
			if prefix, ok := at(rule, "Prefix").(string); ok && at(rule, "Status") == "Enabled" {
				days[prefix] = number(at(rule, "ExpirationInDays"))
			}
		}
		if days["search/"] != 30 || days["quarantine/"] != 90 || len(days) != 2 {
			t.Errorf("stage %s: objects expire after days: %v", stage, days)
		}
	}
}
