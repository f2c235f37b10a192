package bot

// Restarting is the answer to a command that was cut off because the program
// stops.
func Restarting() Answer {
	return Answer{Refused: true, Lines: []string{"I am being restarted.", "Try again in a minute."}}
}

// TooLong is the answer to a command that had not ended when it was given up.
func TooLong() Answer {
	return Answer{Refused: true, Lines: []string{"That took too long; try again."}}
}
