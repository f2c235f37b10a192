package newsroom

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

// Run directs the newsroom until ctx ends: one act every pace, the first as
// soon as somebody has read the article it changes. Acts follow one another in
// rounds: the first is set by hand to be a good show, later ones are shuffled
// by the seed. An edit goes, where there is a choice, to an article whose
// present state somebody has read, so that no edit hides another.
//
// Stories whose edits are used up are followed by new ones, so the newsroom
// never falls silent and slowly grows, by about a hundred articles an hour at a
// pace of three seconds. Only one Run at a time.
func (n *Newsroom) Run(ctx context.Context, pace time.Duration) {
	d := &director{room: n, rng: rand.New(rand.NewPCG(n.opts.Seed, hash(n.opts.Seed, "director")))}
	if !d.awaitReader(ctx, min(pace, 2*time.Second)) {
		return
	}
	round := slices.Clone(firstRound)
	for {
		for _, act := range round {
			d.play(act)
			if !pause(ctx, pace) {
				return
			}
		}
		round = slices.Clone(laterRound)
		d.rng.Shuffle(len(round), func(i, j int) { round[i], round[j] = round[j], round[i] })
	}
}

// An act is one thing the director can have done.
type act string

const (
	actStep     act = "step"    // the next edit of a story
	actPublish  act = "publish" // the next story, if few edits are left
	actRemove   act = "remove"
	actReturn   act = "return"
	actRevert   act = "revert" // an article to the version before
	actTest     act = "test"   // a headline test begins, or the one under way ends
	actRename   act = "rename"
	actFault    act = "fault"  // two readings of one article fail
	actOutage   act = "outage" // two readings of one outlet fail
	actRedesign act = "redesign"
)

// firstRound opens with an edit of a headline and a fact: the director always
// begins with the first story of the first outlet.
var firstRound = []act{
	actStep, actStep, actFault, actStep, actRemove, actStep, actStep, actPublish, actReturn, actStep, actRevert,
	actStep, actTest, actStep, actOutage, actStep, actRename, actStep, actTest, actStep,
}

var laterRound = []act{
	actStep, actStep, actStep, actStep, actStep, actStep, actStep, actStep, actPublish, actPublish, actPublish,
	actRemove, actReturn, actRevert, actTest, actTest, actRename, actFault, actFault, actOutage, actRedesign,
}

// director is the state of one Run.
type director struct {
	room  *Newsroom
	rng   *rand.Rand
	last  *Outlet // where the last step was
	gone  []*Article
	trial *Article
}

// awaitReader waits until the opening article was read, but at most five
// seconds, and then for the settling time. It returns false when ctx ends.
func (d *director) awaitReader(ctx context.Context, settle time.Duration) bool {
	lead := d.lead()
	for range 50 {
		if lead == nil || lead.Readings() > 0 {
			break
		}
		if !pause(ctx, 100*time.Millisecond) {
			return false
		}
	}
	return pause(ctx, settle)
}

// lead is the article of the opening act: the first story of the first outlet.
func (d *director) lead() *Article {
	o := d.room.outlets[0]
	d.room.mu.Lock()
	defer d.room.mu.Unlock()
	for _, a := range o.articles {
		if len(a.steps) > 0 && a.story == o.stories[0] {
			return a
		}
	}
	return nil
}

// play does the act, or the next best thing.
func (d *director) play(what act) {
	done := false
	switch what {
	case actPublish:
		done = d.publish()
	case actRemove:
		done = d.remove()
	case actReturn:
		done = d.comeBack()
	case actRevert:
		done = d.revert()
	case actTest:
		done = d.test()
	case actRename:
		renamed := func(a *Article) bool { return a.kind == NewsArticle && slug(a.text.Headline) != a.slug }
		if a := d.choose(renamed); a != nil {
			done = a.Rename(slug(a.Text().Headline))
		}
	case actFault:
		if a := d.choose(func(*Article) bool { return true }); a != nil {
			a.Fault(d.fault(), 2)
			done = true
		}
	case actOutage:
		o := d.room.outlets[d.rng.IntN(len(d.room.outlets))]
		o.Fault([]Fault{ServerError, BadGateway, BotCheck403, ConsentWall}[d.rng.IntN(4)], 2)
		done = true
	case actRedesign:
		if d.rng.IntN(3) == 0 {
			d.room.outlets[d.rng.IntN(len(d.room.outlets))].Redesign()
			done = true
		}
	}
	if !done && !d.step() {
		d.publishAt(d.room.outlets[d.rng.IntN(len(d.room.outlets))])
	}
}

// fault chooses one that makes nobody wait.
func (d *director) fault() Fault {
	for {
		f := Faults()[d.rng.IntN(len(Faults()))]
		if f != Slow && f != Unavailable && f != TooMany {
			return f
		}
	}
}

// choose returns one of the standing articles that are not on trial and that
// fit, preferably one whose present state was read, or nil.
func (d *director) choose(fits func(*Article) bool) *Article {
	d.room.mu.Lock()
	defer d.room.mu.Unlock()
	var read, unread []*Article
	for _, o := range d.room.outlets {
		for _, a := range o.articles {
			switch {
			case a.gone != Standing || a.rival != "" || !fits(a):
			case a.read:
				read = append(read, a)
			default:
				unread = append(unread, a)
			}
		}
	}
	if len(read) == 0 {
		read = unread
	}
	if len(read) == 0 {
		return nil
	}
	return read[d.rng.IntN(len(read))]
}

func (d *director) step() bool {
	var a *Article
	if d.last == nil {
		a = d.lead()
	} else {
		a = d.choose(func(a *Article) bool { return len(a.steps) > 0 && a.outlet != d.last })
	}
	if a == nil {
		a = d.choose(func(a *Article) bool { return len(a.steps) > 0 })
	}
	if a == nil {
		return false
	}
	d.last = a.outlet
	_, ok := a.Step()
	return ok
}

// publish publishes a story unless there is enough to edit already.
func (d *director) publish() bool {
	fewest, left := d.room.outlets[0], -1
	total := 0
	for _, o := range d.room.outlets {
		steps := 0
		for _, a := range o.Articles() {
			steps += len(a.Steps())
		}
		total += steps
		if left < 0 || steps < left {
			fewest, left = o, steps
		}
	}
	if total > 40 {
		return false
	}
	d.publishAt(fewest)
	return true
}

func (d *director) publishAt(o *Outlet) {
	if len(o.stories) > 0 {
		o.PublishStory()
	}
}

func (d *director) remove() bool {
	a := d.choose(func(a *Article) bool { return a.kind == NewsArticle && a.outlet != d.last })
	if a == nil {
		return false
	}
	a.Remove(Gone)
	d.gone = append(d.gone, a)
	return true
}

// comeBack restores the article that was removed first, once its absence was
// noticed.
func (d *director) comeBack() bool {
	d.room.mu.Lock()
	i := slices.IndexFunc(d.gone, func(a *Article) bool { return a.read })
	d.room.mu.Unlock()
	if i < 0 {
		return false
	}
	d.gone[i].Restore()
	d.gone = slices.Delete(d.gone, i, i+1)
	return true
}

func (d *director) revert() bool {
	a := d.choose(func(a *Article) bool { return len(a.versions) > 1 && a.kind == NewsArticle })
	if a == nil {
		return false
	}
	_, err := a.Revert(len(a.Versions()) - 1)
	return err == nil
}

func (d *director) test() bool {
	if d.trial != nil {
		d.trial.EndTest(d.rng.IntN(2) == 0)
		d.trial = nil
		return true
	}
	a := d.choose(func(a *Article) bool { return a.kind == NewsArticle && a.outlet.Language == "en" })
	if a == nil {
		return false
	}
	rivals := []string{"What we know so far: ", "Revealed: ", "In five points: "}
	a.Test(rivals[d.rng.IntN(len(rivals))] + a.Text().Headline)
	d.trial = a
	return true
}

// pause waits, and returns false when ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
