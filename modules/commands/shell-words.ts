/** A word of shell: what it stands for, as far as that can be told without running it. */
export interface Word {
  /** Its text once the quotes are gone; undefined where the shell would put something in. */
  readonly value: string | undefined;
  /** The variable that it is, where it is nothing else. */
  readonly variable: string | undefined;
}

/** The words of the simple command that begins at `from`, up to what ends it, and where that is. */
export function commandAt(text: string, from: number): { readonly words: readonly Word[]; readonly end: number } {
  const words: Word[] = [];
  const piece = /\\\n|'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|([^\s'"\\;&|()<>`]+)|([ \t]+)|./sy;
  piece.lastIndex = from;
  let source = '';
  let value: string | undefined;
  let at = from;
  const end = () => {
    if (value === undefined && source === '') return;
    const [, variable] = /^"?\$\{?(\w+)\}?"?$/.exec(source) ?? [];
    words.push({ value, variable });
    source = '';
    value = undefined;
  };
  const add = (part: string | undefined, written: string) => {
    value = part === undefined || (value === undefined && source !== '') ? undefined : (value ?? '') + part;
    source += written;
  };
  for (let found = piece.exec(text); found; found = piece.exec(text)) {
    const [written, single, double, escaped, bare, space] = found;
    if (single !== undefined) add(single, written);
    else if (double !== undefined) add(/[$`]/.test(double) ? undefined : double.replace(/\\(["\\])/g, '$1'), written);
    else if (escaped !== undefined && escaped !== '\n') add(escaped, written);
    else if (bare !== undefined) add(bare.includes('$') ? undefined : bare, written);
    else if (space !== undefined) end();
    else if (written !== '\\\n') break;
    at = piece.lastIndex;
  }
  end();
  return { words, end: at };
}

/** What a variable is set to in this text, where that can be told. */
export function assignedIn(text: string, variable: string): string[] {
  return [...text.matchAll(new RegExp(`(?<![\\w$])${variable}=`, 'g'))].flatMap(({ index, 0: written }) => {
    const [word] = commandAt(text, index + written.length).words;
    return word?.value === undefined || word.value === '' ? [] : [word.value];
  });
}
