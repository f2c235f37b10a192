package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones of channels, in images that have none

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// A grammar is the command line.
type grammar struct {
	Config string `short:"c" placeholder:"FILE" help:"The configuration (default: editwatch.toml, if it is there)."`
	Store  string `placeholder:"FILE" help:"The store (default: editwatch.db)."`
	Debug  bool   `help:"Log every poll and attempt."`

	Run  runCmd  `cmd:"" help:"Watch, announce and answer until stopped. URLs are feeds, articles, or pages that name a feed."`
	Poll pollCmd `cmd:"" help:"Visit everything once, deliver, and exit."`
	Demo demoCmd `cmd:"" help:"Watch a built-in newsroom that publishes and edits."`

	Add    addCmd    `cmd:"" help:"Watch a feed or an article." group:"watches"`
	List   listCmd   `cmd:"" aliases:"ls" help:"List the watches." group:"watches"`
	Remove removeCmd `cmd:"" aliases:"rm" help:"End a watch." group:"watches"`
	Undo   undoCmd   `cmd:"" help:"Take back a removal of the last day." group:"watches"`
	Pause  pauseCmd  `cmd:"" help:"Hear nothing of a watch for a while." group:"watches"`
	Resume resumeCmd `cmd:"" help:"Hear of a paused watch again." group:"watches"`
	Edit   editCmd   `cmd:"" help:"Change what a watch wishes for." group:"watches"`
	Test   testCmd   `cmd:"" help:"Post a sample announcement." group:"watches"`

	Settings settingsCmd `cmd:"" help:"What holds for a whole channel: quiet hours, digests and more." group:"watches"`
	Status   statusCmd   `cmd:"" help:"How the watches are, and what waits to be posted." group:"watches"`
	Export   exportCmd   `cmd:"" help:"The watches as OPML, on the standard output; or the record, as JSON Lines, CSV or WARC." group:"watches"`
	Import   importCmd   `cmd:"" help:"Watches from OPML or a list of addresses; the record from export --history, or of another program." group:"watches"`

	History historyCmd `cmd:"" help:"The versions of an article." group:"articles"`
	Diff    diffCmd    `cmd:"" help:"What changed between two versions." group:"articles"`
	Explain explainCmd `cmd:"" help:"When an article was last checked, and why nothing was said." group:"articles"`
	Search  searchCmd  `cmd:"" help:"Versions that say something, or said it before an edit." group:"articles"`
	Extract extractCmd `cmd:"" help:"What would be read from a page." group:"articles"`
	Compare compareCmd `cmd:"" help:"What would be announced, from two pages or texts." group:"articles"`

	Withhold  withholdCmd  `cmd:"" help:"Show and tell nothing of an article, and say why." group:"articles"`
	Reinstate reinstateCmd `cmd:"" help:"Show a withheld article again." group:"articles"`
	Delete    deleteCmd    `cmd:"" help:"Remove an article and all that was recorded of it, for good." group:"articles"`

	Backup      backupCmd      `cmd:"" help:"Copy the store, while it is in use." group:"store"`
	Restore     restoreCmd     `cmd:"" help:"Put a backup in the place of the store." group:"store"`
	Verify      verifyCmd      `cmd:"" help:"Read the whole store and say what is broken." group:"store"`
	Compact     compactCmd     `cmd:"" help:"Give the disk back what the store and its search index do not use." group:"store"`
	Doctor      doctorCmd      `cmd:"" help:"Check the configuration, tokens, channels and addresses, and say how to mend each." group:"store"`
	Healthcheck healthcheckCmd `cmd:"" help:"Ask the running editwatch whether it is well." group:"store"`
	Version     versionCmd     `cmd:"" help:"Print the version." group:"store"`
}

// An env is what commands run in.
type env struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	global         *grammar
	// least is the least that the log is for, where the command itself tells the
	// rest on stdout and in its last lines.
	least slog.Level
}

// errFailed ends a command that has said itself what failed.
var errFailed = errors.New("failed")

// A usageError is a command line that cannot be carried out.
type usageError struct{ error }

// run is the whole program, for main and for tests.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var g grammar
	exit := -1
	parser, err := kong.New(&g,
		kong.Name("editwatch"),
		kong.Description("Notices when published articles are quietly edited, and says so."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exit = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.ExplicitGroups([]kong.Group{
			{Key: "watches", Title: "Watches:"}, {Key: "articles", Title: "Articles:"}, {Key: "store", Title: "The store and the program:"},
		}),
	)
	if err != nil {
		panic(err) // the grammar above is wrong
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if exit >= 0 { // --help
		return exit
	}
	if err != nil {
		fmt.Fprintf(stderr, "editwatch: %v\nTry %s --help.\n", err, begun(err))
		return exitUsage
	}
	err = command.Run(&env{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, global: &g})
	_, usage := errors.AsType[usageError](err)
	switch {
	case err == nil:
		return exitDone
	case usage:
		fmt.Fprintf(stderr, "editwatch: %v\n", err)
		return exitUsage
	case !errors.Is(err, errFailed):
		fmt.Fprintf(stderr, "editwatch: %v\n", err)
	}
	return exitFailed
}

// begun is the command that was begun to be typed where it cannot be parsed.
func begun(err error) string {
	if p, ok := errors.AsType[*kong.ParseError](err); ok && p.Context.Selected() != nil {
		return p.Context.Selected().FullPath()
	}
	return "editwatch"
}

// config reads the configuration and applies the flags above it.
func (e *env) config() (config, error) {
	c, err := loadConfig(e.global.Config)
	if err != nil {
		return config{}, err
	}
	if e.global.Store != "" {
		c.Store = e.global.Store
	}
	return c, nil
}
