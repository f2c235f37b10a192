package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// archive asks the archive how our account there stands, if it is used.
func (d *doctor) archive() {
	const check = "archive"
	conf := d.config
	conf.Archive.Gap = duration(time.Millisecond) // it is but one question, and people wait
	client, err := conf.archiveClient()
	switch {
	case err != nil:
		d.say(finding{check, bad, err.Error(), "Mend its part of the configuration, or what that names."})
		return
	case client == nil:
		return
	}
	ctx, cancel := d.time()
	defer cancel()
	a, err := client.Account(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("the archive did not answer within %v", checkTime)
	}
	if err != nil {
		d.say(finding{check, bad, err.Error(),
			"If it is the keys, make new ones at https://archive.org/account/s3.php; else see archive.api_url, or try again later. Nothing else waits for it."})
		return
	}
	found := "it knows our account"
	if a.Today != nil && a.TodayAtMost != nil {
		found += fmt.Sprintf(", which has had %d of its %d pages of today", *a.Today, *a.TodayAtMost)
	}
	d.say(finding{Check: check, State: fine, Found: found})
}
