package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// TestKill runs editwatch as a process of its own, edits an article again and
// again, and kills the process without warning at random moments. In the end
// every edit was told: from the first version to the last without a gap. What
// was told twice carries the same webhook-id twice.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	var mu sync.Mutex // guards edits and told
	edits := 0
	told := make(map[string]news.Report) // by webhook-id
	repeats := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodPost {
			var report news.Report
			body, err := io.ReadAll(r.Body)
			if err != nil || json.Unmarshal(body, &report) != nil {
				return // the sender was killed half way
			}
			id := r.Header.Get("webhook-id")
			if _, again := told[id]; again {
				repeats++
			}
			told[id] = report
			return
		}
		if r.URL.Path != "/count.html" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(w, `<!DOCTYPE html><html lang="en"><head><title>The count</title></head><body><main><article><h1>The count goes on in the harbour</h1>
<p>The clerks of the harbour office counted %d ships on their way past the lighthouse this year, more than in any other.</p>
<p>Nobody had asked them to, and nobody has thanked them for it, says the oldest of them, who has counted since he was a boy.</p>
<p>The count is kept in a book with a red spine, and the book is kept in the tower, where it is safe from the sea.</p>
</article></main></body></html>`, 1000+edits)
	}))
	defer server.Close()

	dir := t.TempDir()
	conf := filepath.Join(dir, "editwatch.toml")
	text := fmt.Sprintf(`store = %q
listen = "127.0.0.1:0"
[poll]
gap = "0s"
allow = ["127.0.0.0/8"]
ages = [{ under = "1h", every = "50ms" }]
[announce]
coalesce = "0s"
retry = "100ms"
[[channel]]
name = "desk"
kind = "webhook"
url = %q
[[watch]]
url = %q
channel = "desk"
`, filepath.Join(dir, "kill.db"), server.URL+"/hook", server.URL+"/count.html")
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	start := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0], "run", "--config", conf)
		cmd.Env = append(os.Environ(), asProgram+"=1")
		cmd.Stderr = t.Output()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill() })
		return cmd
	}
	for range 8 {
		cmd := start()
		for end := time.Now().Add(500*time.Millisecond + rand.N(700*time.Millisecond)); time.Now().Before(end); {
			mu.Lock()
			edits++
			mu.Unlock()
			time.Sleep(60 * time.Millisecond)
		}
		cmd.Process.Signal(syscall.SIGKILL)
		cmd.Wait()
	}
	mu.Lock()
	edits++
	last := fmt.Sprint(1000 + edits)
	mu.Unlock()
	cmd := start()
	done := false
	for end := time.Now().Add(20 * time.Second); !done && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		mu.Lock()
		for _, r := range told {
			done = done || strings.Contains(string(jsonOf(r.Edit)), last)
		}
		mu.Unlock()
	}
	cmd.Process.Signal(os.Interrupt)
	if err := cmd.Wait(); err != nil {
		t.Errorf("it did not end cleanly: %v", err)
	}
	if !done {
		t.Fatal("the last edit was never told")
	}
	next := make(map[int]int) // from version to version
	for _, r := range told {
		if to, twice := next[r.From.Version]; twice && to != r.To.Version {
			t.Errorf("version %d was told as the begin of two edits, to %d and %d", r.From.Version, to, r.To.Version)
		}
		next[r.From.Version] = r.To.Version
	}
	at, steps := 1, 0
	for next[at] != 0 {
		at, steps = next[at], steps+1
	}
	if steps != len(next) {
		t.Errorf("the chain of versions breaks off at %d, after %d of %d announcements", at, steps, len(next))
	}
	t.Logf("%d edits made, %d versions, %d announcements, %d of them posted twice, 8 kills", edits, at, len(told), repeats)
}

func jsonOf(v any) []byte {
	b, _ := json.Marshal(v)
	return b
}

// asProgram is the environment variable that makes the test binary the program.
const asProgram = "EDITWATCH_TEST_AS_PROGRAM"
