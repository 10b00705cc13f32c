package spike

import "testing"

func TestEachUploadIsAccountedFor(t *testing.T) {
	source, part, vtt := Object{"uploads/*", "s"}, Object{"videos/*/1/segments/0.json", "p"}, Object{"videos/*/1/en.vtt", "v"}
	whole := []Object{source, part, vtt}
	alone := map[string]End{
		"speech":  {"ready", "", 1, whole},
		"silence": {"uncaptioned", "no_speech", 1, []Object{source, part}},
	}
	fine := End{"ready", "", 1, []Object{vtt, source, part}}
	for what, c := range map[string]struct {
		content string
		end     *End
		ends    int
		want    Account
	}{
		"as it was alone":         {"speech", &fine, 1, Account{}},
		"silence":                 {"silence", &End{"uncaptioned", "no_speech", 1, []Object{part, source}}, 1, Account{}},
		"no item":                 {"speech", nil, 0, Account{Lost: 1}},
		"still in work":           {"speech", &End{"captioning", "", 1, whole}, 0, Account{Lost: 1}},
		"captions are missing":    {"speech", &End{"ready", "", 1, []Object{source, part}}, 1, Account{Lost: 1}},
		"a second version":        {"speech", &End{"ready", "", 1, []Object{source, source, part, vtt}}, 1, Account{Doubled: 1}},
		"a second generation":     {"speech", &End{"ready", "", 2, whole}, 1, Account{Doubled: 1}},
		"it ended twice":          {"speech", &fine, 2, Account{Doubled: 1}},
		"other bytes":             {"speech", &End{"ready", "", 1, []Object{source, part, {vtt.Name, "w"}}}, 1, Account{Wrong: 1}},
		"another end":             {"speech", &End{"failed", "gave_up", 1, []Object{source}}, 1, Account{Wrong: 1}},
		"silence that has a text": {"silence", &fine, 1, Account{Wrong: 1}},
	} {
		found := map[string]End{}
		if c.end != nil {
			found["id"] = *c.end
		}
		got := account([]Upload{{"id", c.content}}, found, map[string]int{"id": c.ends}, alone)
		if got.Lost != c.want.Lost || got.Doubled != c.want.Doubled || got.Wrong != c.want.Wrong || len(got.Says) != got.Lost+got.Doubled+got.Wrong {
			t.Errorf("%s: %+v", what, got)
		}
	}
}

func TestThousandsThatAreWrongAreCountedAndSomeTold(t *testing.T) {
	got := account(make([]Upload, 5000), nil, nil, nil)
	if got.Lost != 5000 || len(got.Says) != sentences {
		t.Errorf("%d are lost, %d told", got.Lost, len(got.Says))
	}
}
