package main

import (
	"strings"
	"testing"

	"sluice"
	"sluice/sluicetest"
)

const body = `{"model":"m-1","messages":[{"role":"user","content":"Hi"}],"stream":true,"max_tokens":5}`

func provide(t *testing.T, settings string) sluice.Codec {
	made, err := create(sluice.Setup{Config: []byte(settings)})
	if err != nil {
		t.Fatal(err)
	}
	return made.(sluice.Codec)
}

func TestAsksInTheUpstreamsWords(t *testing.T) {
	want := "POST /v1/talk\nX-Key: <key>\nContent-Type: application/json\n\n" +
		`{"model":"m-1","stream":true,"limit":5,"turns":[{"who":"user","says":"Hi"}]}`
	asked := sluicetest.Encode(provide(t, "{}"), sluicetest.Request(sluice.OpChat, body))
	if asked != want {
		t.Errorf("%s\nis not\n%s", asked, want)
	}
	models := sluicetest.Encode(provide(t, "{}"), sluicetest.Request(sluice.OpModels, ""))
	if models != "GET /v1/models\nX-Key: <key>\n\n" {
		t.Error(models)
	}
}

func TestKnowsItsSettings(t *testing.T) {
	chat := sluicetest.Request(sluice.OpChat, `{"messages":[]}`)
	if asked := sluicetest.Encode(provide(t, `{"limit":7}`), chat); !strings.Contains(asked, `"limit":7`) {
		t.Error(asked)
	}
	if _, err := create(sluice.Setup{Config: []byte(`{"limit":"many"}`)}); err == nil {
		t.Error("a limit that is no number was taken")
	}
}

func TestReplaysItsTranscripts(t *testing.T) {
	sluicetest.Replay(t, provide(t, "{}"), "transcripts")
}
