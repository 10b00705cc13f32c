package ddbvideos

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/cuepipe/cuepipe/internal/video"
)

// An updating is a change in DynamoDB's words.
type updating struct {
	condition        string
	set, add, remove []string
	names            map[string]string
	values           map[string]types.AttributeValue
}

// update says what video.Change.Apply does, for a store that does it itself.
func update(c video.Change, now time.Time) *updating {
	u := &updating{names: map[string]string{}, values: map[string]types.AttributeValue{}}
	var from []string
	for i, s := range c.From {
		from = append(from, u.value("from"+strconv.Itoa(i), string(s)))
	}
	u.condition = fmt.Sprintf("%s IN (%s)", u.name("status"), strings.Join(from, ", "))
	if c.Generation != 0 {
		u.condition += fmt.Sprintf(" AND %s = %s", u.name("generation"), u.value("generation", c.Generation))
	}
	if !c.SeenAt.IsZero() {
		u.condition += fmt.Sprintf(" AND %s = %s", u.name("updatedAt"), u.value("seenAt", stamp(c.SeenAt)))
	}
	if c.OfSegments != 0 {
		u.condition += fmt.Sprintf(" AND %s = %s", u.name("segments"), u.value("ofSegments", c.OfSegments))
	}
	if n, ok := c.Segment(); ok {
		u.condition += fmt.Sprintf(" AND %s > %s", u.name("segments"), u.value("segment", n))
	}
	if c.Plan != nil {
		u.condition += fmt.Sprintf(" AND (attribute_not_exists(%s) OR %[1]s = %s)", u.name("segments"), u.value("unplanned", 0))
	}
	if l := c.Longer; l != nil { // an item without a plan has no segments, and 0 of them
		u.condition += fmt.Sprintf(" AND (attribute_not_exists(%s) OR %[1]s < %s)", u.name("segments"), u.value("segmentsNew", l.Segments))
	}
	if c.Sweep {
		u.condition += fmt.Sprintf(" AND attribute_not_exists(%s)", u.name("swept"))
	}
	if o := c.Own; o != nil {
		u.condition += " AND " + u.ofEdition(o.Edition)
	}
	if c.Own == nil {
		u.put("updatedAt", stamp(now))
	}
	if c.To != "" {
		u.put("status", string(c.To))
	}
	if c.NextGeneration {
		u.add = append(u.add, u.name("generation")+" "+u.value("one", 1))
		u.drop("duration", "segmentLength", "segments", "places", "startedAt", "swept", "done", "heard", "tracks", "failure")
	}
	if o := c.Options; o != nil {
		if stored := itemOptions(*o); stored != nil {
			u.put("options", stored)
		} else {
			u.drop("options")
		}
	}
	if p := c.Plan; p != nil {
		u.put("source", itemSource(p.Source))
		u.put("size", p.Size)
		u.put("duration", p.Duration.Seconds())
		u.put("segmentLength", p.SegmentLength.Seconds())
		u.put("segments", p.Segments)
		if p.Places != "" {
			u.put("places", []byte(p.Places))
		}
		u.makePlaceForProgress()
	}
	if l := c.Longer; l != nil {
		u.put("duration", l.Duration.Seconds())
		u.put("segments", l.Segments)
		u.makePlaceForProgress()
	}
	if c.Started {
		u.set = append(u.set, fmt.Sprintf("%s = if_not_exists(%[1]s, %s)", u.name("startedAt"), u.value("started", stamp(now))))
	}
	if n := c.SegmentDone; n != nil {
		u.values[":done"] = &types.AttributeValueMemberNS{Value: []string{strconv.Itoa(*n)}}
		u.add = append(u.add, u.name("done")+" :done")
		u.names["#segment"] = strconv.Itoa(*n)
		u.remove = append(u.remove, u.name("heard")+".#segment", u.name("swept"))
	}
	if c.Awaited {
		u.put("awaited", true)
		u.drop("swept")
	}
	if h := c.Heard; h != nil {
		u.names["#segment"] = strconv.Itoa(h.Segment)
		u.set = append(u.set, u.name("heard")+".#segment = "+u.value("until", h.Until.Seconds()))
	}
	if c.Sweep {
		u.put("swept", true)
	}
	if c.Tracks != nil {
		u.put("tracks", itemTracks(c.Tracks))
	}
	if c.Failure != nil {
		u.put("failure", itemFailure(*c.Failure))
	}
	if o := c.Own; o != nil {
		u.put("ownEdition", o.Edition+1)
		u.put("ownAt", stamp(now))
		if own := itemOwn(o.Tracks); own != nil {
			u.put("own", own)
		} else {
			u.drop("own")
		}
	}
	if c.DropOwn {
		u.drop("own")
	}
	if c.KeepsForever {
		u.drop("expiresAt")
	}
	if !c.Expires.IsZero() {
		u.put("expiresAt", c.Expires.Unix())
	}
	if c.Forget {
		u.drop("owner", "title", "contentType", "options", "upload")
	}
	return u
}

func (u *updating) expression() string {
	s := "SET " + strings.Join(u.set, ", ")
	if len(u.add) > 0 {
		s += " ADD " + strings.Join(u.add, ", ")
	}
	if len(u.remove) > 0 {
		s += " REMOVE " + strings.Join(u.remove, ", ")
	}
	return s
}

// ofEdition holds where people's tracks are of an edition. An item that never had
// one has none.
func (u *updating) ofEdition(edition int) string {
	if edition == 0 {
		return fmt.Sprintf("attribute_not_exists(%s)", u.name("ownEdition"))
	}
	return fmt.Sprintf("%s = %s", u.name("ownEdition"), u.value("ownSeen", edition))
}

// makePlaceForProgress makes the map that progress goes into: it must be there
// first, and a plan that is written again must not empty it.
func (u *updating) makePlaceForProgress() {
	u.set = append(u.set, fmt.Sprintf("%s = if_not_exists(%[1]s, %s)", u.name("heard"), u.value("heard", map[string]float64{})))
}

func (u *updating) put(attribute string, v any) {
	u.set = append(u.set, u.name(attribute)+" = "+u.value(attribute+"New", v))
}

func (u *updating) drop(attributes ...string) {
	for _, a := range attributes {
		u.remove = append(u.remove, u.name(a))
	}
}

func (u *updating) name(attribute string) string {
	u.names["#"+attribute] = attribute
	return "#" + attribute
}

func (u *updating) value(name string, v any) string {
	m, err := attributevalue.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("ddbvideos: %s cannot be an attribute: %v", name, err)) // every v is a type of this package
	}
	u.values[":"+name] = m
	return ":" + name
}
