package main

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/editwatch/editwatch/watcher/archive/archivetest"
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"editwatch": main})
}

// TestScripts runs the program as its users do. The scripts know these
// commands of ours besides testscript's own:
//
//	serve NAME DIR      serve DIR on loopback, and put its address into $NAME.
//	                    A file beside a page, page.html.status, holds the status
//	                    to answer with, and page.html.location a redirect.
//	receive NAME FILE   take what is posted, a line each in FILE; the status in
//	                    FILE.status is answered, 200 without it
//	wayback NAME KEYS   an archive on loopback, whose address is put into $NAME; what
//	                    it is asked stands in NAME.txt, a line each
//	await CMD ARGS      repeat a command until it succeeds, 15 seconds at most
//	contains FILE TEXT  FILE contains TEXT; with ! it does not
//	count N REGEXP FILE the regular expression matches N times in FILE
//	expand FILE         replace $NAME in FILE by the environment's values
//	sqlite FILE SQL     make the database FILE of the statements in the file SQL
//	shell FILE PAGES    run the shell blocks of a text in docs/, with the pages at
//	                    the address that the file PAGES has instead of the default;
//	                    what curl does not end it ends after two seconds
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("NO_COLOR", "1")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"serve": serveCmd, "receive": receiveCmd, "wayback": waybackCmd, "await": awaitCmd,
			"contains": containsCmd, "count": countCmd, "expand": expandCmd, "sqlite": sqliteCmd,
			"shell": shellCmd,
		},
	})
}

func listenFor(ts *testscript.TestScript, name string, h http.Handler) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	server := &http.Server{Handler: h}
	go server.Serve(l)
	ts.Defer(func() { server.Close() })
	ts.Setenv(name, "http://"+l.Addr().String())
}

func serveCmd(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[1])
	listenFor(ts, args[0], http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file := filepath.Join(dir, filepath.FromSlash(r.URL.Path))
		if b, err := os.ReadFile(file + ".location"); err == nil {
			http.Redirect(w, r, strings.TrimSpace(string(b)), http.StatusMovedPermanently)
			return
		}
		status := http.StatusOK
		if b, err := os.ReadFile(file + ".status"); err == nil {
			status, _ = strconv.Atoi(strings.TrimSpace(string(b)))
		}
		if n, err := os.ReadFile(file + ".megabytes"); err == nil {
			size, _ := strconv.Atoi(strings.TrimSpace(string(n)))
			w.Header().Set("Content-Type", "text/html")
			for range size {
				if _, err := w.Write(bytes.Repeat([]byte("<p>more</p>\n"), 1<<20/12)); err != nil {
					return
				}
			}
			return
		}
		body, err := os.ReadFile(file)
		if err != nil {
			if status == http.StatusOK {
				status = http.StatusNotFound
			}
			body = []byte("<title>not here</title>")
		}
		etag := fmt.Sprintf("%q", fmt.Sprintf("%x", sha256.Sum256(body))[:16])
		if status == http.StatusOK {
			w.Header().Set("ETag", etag)
			if r.Header.Get("If-None-Match") == etag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		kind := map[string]string{".html": "text/html; charset=utf-8", ".xml": "application/rss+xml", ".txt": "text/plain"}[filepath.Ext(file)]
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		w.Write(bytes.ReplaceAll(body, []byte("http://site"), []byte("http://"+r.Host)))
	}))
}

func receiveCmd(ts *testscript.TestScript, neg bool, args []string) {
	file := ts.MkAbs(args[1])
	ts.Check(os.WriteFile(file, nil, 0o666))
	var mu sync.Mutex
	listenFor(ts, args[0], http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		status := http.StatusOK
		if b, err := os.ReadFile(file + ".status"); err == nil {
			status, _ = strconv.Atoi(strings.TrimSpace(string(b)))
		}
		if status == http.StatusOK {
			f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
			if err == nil {
				fmt.Fprintf(f, "%s\n", bytes.ReplaceAll(body, []byte("\n"), nil))
				f.Close()
			}
		}
		w.WriteHeader(status)
	}))
}

func waybackCmd(ts *testscript.TestScript, neg bool, args []string) {
	file := ts.MkAbs(args[0] + ".txt")
	ts.Check(os.WriteFile(file, nil, 0o666))
	wayback := archivetest.New(archivetest.Options{Keys: args[1], Takes: 1200 * time.Millisecond})
	listenFor(ts, args[0], http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0); err == nil { // one question at a time
			fmt.Fprintln(f, r.Method, r.URL.Path)
			f.Close()
		}
		wayback.ServeHTTP(w, r)
	}))
	ts.Defer(func() {
		if c := wayback.Complaints(); len(c) > 0 {
			ts.Fatalf("the archive complains: %q", c)
		}
	})
}

func awaitCmd(ts *testscript.TestScript, neg bool, args []string) {
	end := time.Now().Add(15 * time.Second)
	for {
		err := ts.Exec(args[0], args[1:]...)
		if (err == nil) != neg {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("%v did not come to pass: %v", args, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func containsCmd(ts *testscript.TestScript, neg bool, args []string) {
	if strings.Contains(ts.ReadFile(args[0]), args[1]) == neg {
		ts.Fatalf("%s:\n%s", args[0], ts.ReadFile(args[0]))
	}
}

func countCmd(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	text := ts.ReadFile(args[2])
	if got := len(regexp.MustCompile(args[1]).FindAllString(text, -1)); got != want {
		ts.Fatalf("%q is found %d times, want %d, in\n%s", args[1], got, want, text)
	}
}

func expandCmd(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		text := os.Expand(ts.ReadFile(name), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o666))
	}
}

func sqliteCmd(ts *testscript.TestScript, neg bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(ts.ReadFile(args[1]))
	ts.Check(err)
}

func shellCmd(ts *testscript.TestScript, neg bool, args []string) {
	text, err := os.ReadFile(filepath.Join(docs, args[0]))
	ts.Check(err)
	pages := strings.TrimSpace(ts.ReadFile(args[1]))
	for i, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		script := "set -eu\ncurl() { command curl -m 2 \"$@\" || [ $? = 28 ]; }\n" + strings.ReplaceAll(block[1], "http://127.0.0.1:8080", pages)
		out := fmt.Sprintf("block%d", i+1)
		ts.Check(os.WriteFile(ts.MkAbs(out+".sh"), []byte(script), 0o666))
		ts.Check(ts.Exec("sh", "-c", "sh "+out+".sh > "+out))
	}
}

// docs is where the texts for users are.
var docs, _ = filepath.Abs("../../docs")
