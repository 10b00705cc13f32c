package upload

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech/languages"
	"github.com/cuepipe/cuepipe/internal/speech/names"
	"github.com/cuepipe/cuepipe/internal/video"
)

// languageTag is the form of BCP 47's tags.
var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

// AdmitOptions checks what is asked of a video's captions, and returns it as it
// is kept, or a *Refusal. With service, what our own recogniser cannot do is
// asked of another one.
func AdmitOptions(o video.Options, service bool) (video.Options, error) {
	if o.Language != "" && !languageTag.MatchString(o.Language) {
		return o, &Refusal{"invalid_language", "Give \"language\" as a tag of BCP 47, for example \"en\", \"de\" or \"pt-BR\", or leave it out."}
	}
	o.Language = languages.Tidy(o.Language)
	if o.Speakers < 0 || o.Speakers == 1 || o.Speakers > video.MostSpeakers {
		return o, &Refusal{"invalid_speakers", fmt.Sprintf("\"speakers\" is how many voices to tell apart at most: a number from 2 to %d. Leave it out where that does not matter.", video.MostSpeakers)}
	}
	if o.NeedService() && !service {
		if o.Speakers > 0 {
			return o, &Refusal{"speakers_not_offered", "This service does not tell speakers apart. Leave \"speakers\" out, or ask who runs it to switch Amazon Transcribe on."}
		}
		return o, &Refusal{"language_not_offered", "This service recognises English only. Leave \"language\" out for English, or ask who runs it to switch Amazon Transcribe on."}
	}
	if _, known := languages.Code(o.Language); o.NeedService() && o.Language != "" && o.Language != languages.Unknown && !known {
		return o, &Refusal{"language_not_offered", "Amazon Transcribe does not recognise this language. docs/languages.md lists those that it does; \"und\" has it find the language out."}
	}
	if o.Profile != "" {
		p, err := caption.ProfileByName(o.Profile)
		if err != nil {
			return o, &Refusal{"unknown_profile", "\"profile\" is one of " + strings.Join(caption.ProfileNames(), ", ") + "; leave it out for default."}
		}
		o.Profile = p.Name
	}
	list, err := names.New(o.Names)
	if err != nil {
		return o, &Refusal{"invalid_names", "\"names\" cannot be used: " + err.Error() + "."}
	}
	o.Names = slices.Clone(list.List())
	return o, nil
}
