// Format: a part of XML 1.0 (no document type, so no entities of its own), https://www.w3.org/TR/xml/

/** An element, with names that have no namespace prefix. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children. */
  readonly text: string;
}

const [mostLength, mostDepth, mostElements] = [2 ** 20, 32, 5_000];

interface Open {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** One piece of a document: comment, instruction, CDATA, end tag, start tag, or text. */
const piece =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;

/** Reads the root element of a document; returns a text that says why it is invalid. */
export function readXml(text: string): XmlElement | string {
  if (text.length > mostLength) return `more than ${mostLength} characters`;
  const source = text.replace(/^\uFEFF/, '').trim();
  const top: Open = { tag: '', attributes: new Map(), children: [], text: '' };
  const open: Open[] = [top];
  let elements = 0;
  for (piece.lastIndex = 0; piece.lastIndex < source.length; ) {
    const from = piece.lastIndex;
    const [whole, cdata, end, start, given = '', closed, plain] = piece.exec(source) ?? [];
    const here = open.at(-1) ?? top;
    if (whole === undefined) return `line ${lineAt(source, from)}: not understood`;
    const words = cdata ?? (plain === undefined ? '' : unescaped(plain));
    if (words === undefined) return `line ${lineAt(source, from)}: an unknown entity`;
    if (here === top && words.trim() !== '') return `line ${lineAt(source, from)}: text outside of the root element`;
    here.text += words;
    if (end !== undefined) {
      if (here.tag !== end) return `line ${lineAt(source, from)}: </${end}> ends no <${end}>`;
      open.pop();
      open.at(-1)?.children.push(elementOf(here));
    }
    if (start === undefined) continue;
    if (++elements > mostElements) return `more than ${mostElements} elements`;
    if (open.length > mostDepth) return `more than ${mostDepth} deep`;
    const attributes = attributesIn(given);
    if (attributes === undefined) return `line ${lineAt(source, from)}: an unknown entity`;
    const next: Open = { tag: start, attributes, children: [], text: '' };
    if (closed === '/') here.children.push(elementOf(next));
    else open.push(next);
  }
  const [root, ...more] = top.children;
  if (open.length > 1) return `<${open.at(-1)?.tag}> has no end`;
  if (root === undefined || more.length > 0) return 'not one root element';
  return root;
}

/** Returns all elements of this name, at any depth. */
export const elementsNamed = (root: XmlElement, name: string): readonly XmlElement[] => [
  ...(root.name === name ? [root] : []),
  ...root.children.flatMap((child) => elementsNamed(child, name)),
];

const localName = (name: string): string => name.slice(name.lastIndexOf(':') + 1);
const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length;

const elementOf = ({ tag, attributes, children, text }: Open): XmlElement => ({
  ...{ name: localName(tag), attributes, children, text },
});

function attributesIn(text: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')/g)) {
    const plain = unescaped(value.slice(1, -1));
    if (plain === undefined) return undefined;
    found.set(localName(name), plain);
  }
  return found;
}

const entities = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** Replaces the five entities and numbered characters; undefined for any other entity. */
function unescaped(text: string): string | undefined {
  let isKnown = true;
  const plain = text.replace(/&(?:#x([\da-fA-F]{1,6})|#(\d{1,7})|(\w+));|&/g, (_, hex, decimal, name) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    const character =
      name === undefined ? (code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined) : entities.get(name);
    isKnown &&= character !== undefined;
    return character ?? '';
  });
  return isKnown ? plain : undefined;
}
