package main

import (
	"context"
	"strings"

	"sluice"
)

// Says the last message back, word by word, as fast as it is read.
type words struct{}

func (words) Answer(_ context.Context, request *sluice.Request, out *sluice.Sink) error {
	asked, err := request.Chat()
	if err != nil {
		return err
	}
	var all []string
	if messages := asked.Messages; len(messages) > 0 {
		all = strings.SplitAfter(string(messages[len(messages)-1].Content), " ")
	}
	if len(all) > 0 && all[len(all)-1] == "" {
		all = all[:len(all)-1]
	}
	if err := out.Start("words", request.Model); err != nil {
		return err
	}
	for _, word := range all {
		if err := out.Text(word); err != nil {
			return err
		}
	}
	if err := out.Finish("stop"); err != nil {
		return err
	}
	return out.Usage(sluice.Usage{Output: uint64(len(all))})
}
