package main

import (
	"strings"
	"testing"

	"sluice"
	"sluice/sluicetest"
)

const hello = `{"messages":[{"role":"user","content":"one two"}]}`

func makeTalk(t *testing.T, settings string) sluice.Codec {
	made, err := newTalk(sluice.Setup{Config: []byte(settings)})
	if err != nil {
		t.Fatal(err)
	}
	return made.(sluice.Codec)
}

func TestTalkReplaysItsTranscripts(t *testing.T) {
	sluicetest.Replay(t, makeTalk(t, "{}"), "../transcripts")
}

func TestTalkKnowsItsSettings(t *testing.T) {
	asked := sluicetest.Encode(makeTalk(t, `{"limit":7}`), sluicetest.Request(sluice.OpChat, hello))
	if !strings.Contains(asked, `"limit":7`) {
		t.Error(asked)
	}
	_, err := newTalk(sluice.Setup{Config: []byte(`{"limit":"many"}`)})
	if !strings.HasPrefix(sluicetest.DescribeError(err), "error INVALID_ARGUMENT ") {
		t.Error(err)
	}
}

func TestWordsAreSaid(t *testing.T) {
	said := sluicetest.Run(words{}, sluicetest.Request(sluice.OpChat, hello))
	want := "start id=\"words\" name=\"m\"\ntext \"one \"\ntext \"two\"\nfinish stop\nusage output=2\n"
	if said != want {
		t.Error(said)
	}
}
