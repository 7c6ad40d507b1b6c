/** A word of shell, with its value as far as it is known without running it. */
export interface Word {
  /** Text without quotes; undefined if the shell would expand something in it. */
  readonly value: string | undefined;
  /** Name of the variable, if the word is a variable and nothing else. */
  readonly variable: string | undefined;
}

/** Returns the words of the simple command that begins at `from`, and the offset where it ends. */
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

/** Returns the values that a variable is assigned in this text, as far as they are known. */
export function assignedIn(text: string, variable: string): string[] {
  return [...text.matchAll(new RegExp(`(?<![\\w$])${variable}=`, 'g'))].flatMap(({ index, 0: written }) => {
    const [word] = commandAt(text, index + written.length).words;
    return word?.value === undefined || word.value === '' ? [] : [word.value];
  });
}
