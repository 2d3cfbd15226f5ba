//! @NAME@: a search source over the pages that its settings hold. Change it to yours.
use sluice_plugin::json::Value;
use sluice_plugin::{plugin, Component, Error, Face, Item, ItemSource, Kind, Setup};
use std::ffi::CStr;

#[cfg(test)]
mod tests;

struct Page {
    title: String,
    uri: String,
    text: String,
}

struct @CLASS@Search {
    pages: Vec<Page>,
}

impl Component for @CLASS@Search {
    const ID: &'static CStr = c"@ID@";
    const DESCRIPTION: &'static CStr = c"Finds pages by their words";
    const KIND: Kind = Kind::Search;
    const CONFIG_SCHEMA: Option<&'static CStr> = Some(
        cr#"{
          "$schema": "http://json-schema.org/draft-07/schema#",
          "type": "object", "additionalProperties": false,
          "properties": {
            "pages": {
              "type": "array", "description": "What there is to find",
              "items": {
                "type": "object", "required": ["text"], "additionalProperties": false,
                "properties": {"title": {"type": "string"}, "uri": {"type": "string"},
                               "text": {"type": "string"}}}}}}"#,
    );
    const FACES: &'static [Face<Self>] = &[Face::search()];

    fn create(setup: &Setup) -> Result<Self, Error> {
        let settings = setup.config()?;
        let page = |page: &Value| {
            let text = |name: &str| page.get(name).str().unwrap_or_default().to_string();
            Page { title: text("title"), uri: text("uri"), text: text("text") }
        };
        Ok(@CLASS@Search { pages: settings.get("pages").items().iter().map(page).collect() })
    }
}

/// How often a word of the query is in the text.
fn score(query: &str, text: &str) -> usize {
    query.split_whitespace().map(|word| text.matches(word).count()).sum()
}

impl ItemSource for @CLASS@Search {
    fn find(&self, query: &str, limit: usize, _body: &Value) -> Result<Vec<Item>, Error> {
        let scored = self.pages.iter().map(|page| (score(query, &page.text), page));
        let mut hits: Vec<_> = scored.filter(|(points, _)| *points > 0).collect();
        hits.sort_by(|a, b| b.0.cmp(&a.0));
        let item = |(points, page): (usize, &Page)| Item {
            text: page.text.clone(),
            title: page.title.clone(),
            uri: page.uri.clone(),
            score: points as f64,
        };
        Ok(hits.into_iter().take(limit).map(item).collect())
    }
}

plugin!(
    vendor: c"Example",
    version: c"0.1.0",
    license: c"Apache-2.0",
    may_unload: true,
    components: [@CLASS@Search],
);
