package notify

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

const (
	// laterMax bounds how long a platform can ask to wait.
	laterMax = 24 * time.Hour
	// updateTries and updateWait bound what is done for an Update: it holds
	// its channel back while it waits, and it is only decoration.
	updateTries = 3
	updateWait  = time.Minute
	// firstDay is the age up to which a delivery is retried often.
	firstDay = 24 * time.Hour
)

// sent returns d as settled by an attempt that succeeded.
func sent(d news.Delivery, message string, now time.Time) news.Delivery {
	d.State, d.Settled, d.Trouble = news.Sent, now, ""
	if d.Kind != news.Update {
		d.Message = message
	}
	return d
}

// failed returns d as settled by an attempt that ended with err, which is not
// nil. What the platform said decides; what it did not say, backoff does.
func (r Retry) failed(d news.Delivery, err error, now time.Time) news.Delivery {
	d.Trouble = err.Error()
	if errors.Is(err, ErrRejected) {
		d.State, d.Settled = news.Rejected, now
		return d
	}
	wait := jitter(r.backoff(d.Attempts, now.Sub(d.Queued)))
	if l, ok := errors.AsType[*Later](err); ok {
		wait = min(max(l.Wait, time.Second), laterMax)
	}
	if d.Kind == news.Update && (d.Attempts >= updateTries || wait > updateWait) {
		d.State, d.Settled = news.Rejected, now
		return d
	}
	d.State, d.Due = news.Pending, now.Add(wait)
	return d
}

// backoff returns the wait after the given number of attempts at a delivery of
// the given age. It doubles from First and stops growing at Max during the
// first day, and at Late after that.
func (r Retry) backoff(attempts int, age time.Duration) time.Duration {
	longest := r.Max
	if age > firstDay {
		longest = r.Late
	}
	wait := r.First
	for i := 1; i < attempts && wait < longest; i++ {
		wait *= 2
	}
	return min(wait, longest)
}

// jitter spreads a wait by a tenth either way, so that channels that failed
// together do not come back together.
func jitter(d time.Duration) time.Duration {
	tenth := int64(d / 10)
	if tenth == 0 {
		return d
	}
	return d + time.Duration(rand.Int64N(2*tenth+1)-tenth)
}
