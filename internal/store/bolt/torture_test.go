package bolt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// torturers is how many goroutines of the child write at once.
const torturers = 4

// torture is the child: it writes versions, plans and settles as fast as it
// can, and says on its output what the store has acknowledged, a line each.
func torture(path string) {
	s, err := Open(path, Options{})
	if err != nil {
		log.Fatal(err)
	}
	var wg sync.WaitGroup
	for w := range torturers {
		wg.Go(func() {
			if err := tortureOne(s, w); err != nil {
				log.Fatal(err)
			}
		})
	}
	wg.Wait()
}

func tortureOne(s *Store, worker int) error {
	ctx := context.Background()
	rnd := rand.New(rand.NewPCG(uint64(worker), uint64(time.Now().UnixNano())))
	url := fmt.Sprintf("https://h%d.example/a", worker)
	sight := func() (news.Article, error) {
		seen, err := s.Sight(ctx, nil, []store.Sighting{{Keys: []news.Key{news.Key(url)}, Article: news.Article{
			URL: url, Source: "s", FirstSeen: time.Now(), Polling: news.Polling{Host: news.Host(url), Next: time.Now()}}}})
		if err != nil {
			return news.Article{}, err
		}
		return seen[0].Article, nil
	}
	a, err := sight()
	if err != nil {
		return err
	}
	for {
		if a.Versions > 10 && rnd.IntN(4) == 0 {
			fmt.Printf("deleting %s\n", a.ID)
			if _, err := s.Delete(ctx, a.ID); err != nil {
				return err
			}
			fmt.Printf("deleted %s\n", a.ID)
			if a, err = sight(); err != nil {
				return err
			}
		}
		a.Versions++
		a.Polling.Next = time.Now().Add(time.Duration(rnd.IntN(1000)) * time.Second)
		text := news.Text{Headline: fmt.Sprintf("Version %d of %s", a.Versions, a.ID), Paragraphs: []string{paragraph(rnd), paragraph(rnd)}}
		v := &news.Version{Article: a.ID, Number: a.Versions, Seen: time.Now(), Text: text}
		c := &news.Capture{At: time.Now(), Asked: url, URL: url, Body: []byte(text.Headline)}
		done, err := s.Record(ctx, store.Record{Article: a, Version: v, Capture: c, Events: []news.Event{{Kind: news.Edited, To: a.Versions}}})
		if err != nil {
			return err
		}
		fmt.Printf("version %s %d %s\n", a.ID, a.Versions, text.Hash())
		seq := done.Events[0].Seq
		if err := s.Plan(ctx, seq, []store.Duty{{Channel: news.ChannelName(a.ID), Kind: news.Post, Article: a.ID}}); err != nil {
			return err
		}
		fmt.Printf("planned %d\n", seq)
		d, err := s.LeaseDelivery(ctx, time.Now(), time.Now().Add(time.Minute))
		if errors.Is(err, store.ErrNothing) {
			continue
		} else if err != nil {
			return err
		}
		d.State, d.Settled = news.Sent, time.Now()
		if err := s.Settle(ctx, d); err != nil {
			return err
		}
		fmt.Printf("sent %s\n", d.ID)
	}
}

// TestKill kills a writing process again and again, at any moment, and
// expects everything it was told to be there.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("killing takes seconds")
	}
	path := filepath.Join(t.TempDir(), "kill.db")
	versions := map[string]news.Hash{} // article and number
	planned := map[news.Seq]bool{}
	sent := map[news.DeliveryID]bool{}
	deleted := map[string]bool{} // articles, whether that was acknowledged
	for round := range 12 {
		// Most are killed in full swing, some while they open the store.
		for _, line := range runAndKill(t, path, time.Duration(rand.IntN(200))*time.Millisecond, round%4 == 3) {
			f := strings.Fields(line)
			var n int
			switch {
			case len(f) == 4 && f[0] == "version":
				versions[f[1]+" "+f[2]] = news.Hash(f[3])
			case len(f) == 2 && f[0] == "planned":
				fmt.Sscan(f[1], &n)
				planned[news.Seq(n)] = true
			case len(f) == 2 && (f[0] == "deleting" || f[0] == "deleted"):
				deleted[f[1]] = f[0] == "deleted"
			case len(f) == 2 && f[0] == "sent":
				sent[news.DeliveryID(f[1])] = true
			default:
				t.Fatalf("round %d: the child said %q", round, line)
			}
		}
		expectDeleted(t, path, versions, deleted)
		expectAcknowledged(t, path, versions, planned, sent)
	}
	if len(versions) == 0 || len(sent) == 0 || len(deleted) == 0 {
		t.Fatal("the child never came to write")
	}
	t.Logf("%d versions and %d deliveries survived, %d articles were deleted", len(versions), len(sent), len(deleted))
}

// runAndKill starts the child, kills it some time after its start or else after
// its first line, and returns the whole lines it wrote.
func runAndKill(t *testing.T, path string, after time.Duration, fromStart bool) []string {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "EDITWATCH_TORTURE="+path)
	var trouble strings.Builder
	cmd.Stderr = &trouble
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(out)
	var lines []string
	kill := func() { cmd.Process.Kill() }
	if fromStart {
		time.AfterFunc(after, kill)
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			break // the last line may be cut
		}
		if lines = append(lines, strings.TrimSuffix(line, "\n")); len(lines) == 1 && !fromStart {
			time.AfterFunc(after, kill)
		}
	}
	cmd.Wait()
	if trouble.Len() > 0 {
		t.Fatal(trouble.String())
	}
	return lines
}

// expectDeleted takes the versions of deleted articles out of those that are
// expected. An article is deleted whole or not at all.
func expectDeleted(t *testing.T, path string, versions map[string]news.Hash, deleted map[string]bool) {
	t.Helper()
	s := openAt(t, path)
	defer s.Close()
	for id, acknowledged := range deleted {
		_, err := s.Article(t.Context(), news.ArticleID(id))
		switch {
		case errors.Is(err, store.ErrNotFound):
			maps.DeleteFunc(versions, func(name string, _ news.Hash) bool { return strings.HasPrefix(name, id+" ") })
		case acknowledged || err != nil:
			t.Fatalf("article %s was deleted and is there, %v", id, err)
		}
	}
}

func expectAcknowledged(t *testing.T, path string, versions map[string]news.Hash, planned map[news.Seq]bool, sent map[news.DeliveryID]bool) {
	t.Helper()
	s := openAt(t, path)
	defer s.Close()
	ctx := t.Context()
	if err := s.Check(ctx); err != nil {
		t.Fatal(err)
	}
	for name, hash := range versions {
		id, num, _ := strings.Cut(name, " ")
		var n int
		fmt.Sscan(num, &n)
		if v, err := s.Version(ctx, news.ArticleID(id), n); err != nil || v.Hash != hash {
			t.Fatalf("version %s was acknowledged and is lost: %v", name, err)
		}
	}
	open, err := s.Unplanned(ctx, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range open {
		if planned[e.Seq] {
			t.Fatalf("event %d was planned and is not any more", e.Seq)
		}
	}
	list, err := s.Deliveries(ctx, store.DeliveryQuery{State: news.Pending, Max: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		if sent[d.ID] {
			t.Fatalf("delivery %s was settled and is pending again", d.ID)
		}
	}
}
