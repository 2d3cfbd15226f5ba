// What every maker's wire is made of: a turn that a model says, in pieces.

/** What every answer says it used, in all wires alike. */
export const tokens = { prompt: 20, cached: 4, completion: 6 };
export const allTokens = tokens.prompt + tokens.completion;

export const halves = (text) => [text.slice(0, text.length / 2), text.slice(text.length / 2)];
export const words = (text) => (text ? text.split(/(?<= )/) : []);

/** The calls of a turn, each with an id and its arguments as text. */
export const callsOf = (turn) =>
  (turn.calls ?? []).map((call, place) => ({
    id: call.id ?? `call_${call.name}_${place}`,
    name: call.name,
    args: JSON.stringify(call.args ?? {}),
  }));

/** The type and the bytes that a data URL holds. */
export const dataOf = (url) => /^data:([^;]+);base64,(.*)$/.exec(url)?.slice(1);

/** The text of content that is a string or a list of parts. */
export const textOf = (content) =>
  typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('');
