// Package languages says which of the languages that people name Amazon
// Transcribe knows, and by which code. Source: the table "Supported languages"
// of its developer guide and the LanguageCode of its API, November 2026.
package languages

import "strings"

// Unknown is the tag of BCP 47 for a language that nobody has named: the
// service is to find out.
const Unknown = "und"

// codes are those that the service takes. Of each language, the first one is
// taken where a tag names no region, or one that has no code of its own.
var codes = strings.Fields(`
ab-GE af-ZA ar-SA ar-AE ast-ES az-AZ ba-RU be-BY bg-BG bn-IN bs-BA ca-ES ckb-IQ ckb-IR cs-CZ cy-WL da-DK de-DE de-CH
el-GR en-US en-GB en-AU en-IN en-IE en-NZ en-ZA en-AB en-WL es-ES es-US et-EE eu-ES fa-IR fi-FI fr-FR fr-CA gl-ES gu-IN
ha-NG he-IL hi-IN hr-HR hu-HU hy-AM id-ID is-IS it-IT ja-JP ka-GE kab-DZ kk-KZ kn-IN ko-KR ky-KG lg-IN lt-LT lv-LV
mhr-RU mi-NZ mk-MK ml-IN mn-MN mr-IN ms-MY mt-MT nl-NL no-NO or-IN pa-IN pl-PL ps-AF pt-BR pt-PT ro-RO ru-RU rw-RW
si-LK sk-SK sl-SI so-SO sr-RS su-ID sv-SE sw-KE sw-TZ sw-UG sw-RW sw-BI ta-IN te-IN th-TH tl-PH tr-TR tt-RU ug-CN uk-UA
uz-UZ vi-VN wo-SN zh-CN zh-TW zh-HK zu-ZA`)

// others are tags that the service knows under another one.
var others = map[string]string{
	"nb": "no-NO", "nn": "no-NO", "fil": "tl-PH", "iw": "he-IL", "yue": "zh-HK",
	"zh-hans": "zh-CN", "zh-hant": "zh-TW", "zh-hant-hk": "zh-HK", "zh-mo": "zh-HK",
}

// spanish of America is written in its own way; es-ES is Spain's.
const spanishOfAmerica = "es-US"

var byTag = func() map[string]string {
	m := map[string]string{}
	for _, code := range codes {
		tag := strings.ToLower(code)
		primary, _, _ := strings.Cut(tag, "-")
		if _, there := m[primary]; !there {
			m[primary] = code
		}
		m[tag] = code
	}
	for tag, code := range others {
		m[tag] = code
	}
	return m
}()

// Code returns the service's code for a tag of BCP 47; ok is false for a
// language that it does not know, and for Unknown, which has none.
func Code(tag string) (code string, ok bool) {
	tag = strings.ToLower(tag)
	if strings.HasPrefix(tag, "es-") && byTag[tag] == "" {
		return spanishOfAmerica, true
	}
	for tag != "" { // the longest beginning that is known
		if code, ok = byTag[tag]; ok {
			return code, true
		}
		tag = tag[:max(0, strings.LastIndexByte(tag, '-'))]
	}
	return "", false
}

// All returns every code of the service.
func All() []string { return append([]string(nil), codes...) }

// Tidy writes a tag as BCP 47 recommends: the language in small letters, a
// script with one capital, a region in capitals.
func Tidy(tag string) string {
	parts := strings.Split(strings.ToLower(tag), "-")
	for i, p := range parts[1:] {
		switch len(p) {
		case 2:
			parts[i+1] = strings.ToUpper(p)
		case 4:
			if p[0] >= 'a' {
				parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
			}
		}
	}
	return strings.Join(parts, "-")
}
