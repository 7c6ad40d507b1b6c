import { decodeBody, readMime } from '../../agent/userdata/mime.ts';
import { ask } from './python.ts';

/** One part of a message: its type, its name, and its bytes in base64. */
export type PartSeen = readonly [type: string, name: string | null, content: string];

const program = `
import base64, email, json, sys
out = []
for text in json.load(sys.stdin):
    found = []
    for part in email.message_from_string(text).walk():
        if part.get_content_maintype() == 'multipart': continue
        name = part.get_filename()
        payload = part.get_payload(decode=True)
        if part.get('content-transfer-encoding') == '7bit': payload = part.get_payload().encode()
        found.append([part.get_content_type(), name, base64.b64encode(payload).decode()])
    out.append(found)
json.dump(out, sys.stdout)
`;

/** Returns the parts that Python's email package finds, in the order in which cloud-init walks them. */
export const pythonLeaves = (texts: readonly string[]): readonly (readonly PartSeen[])[] =>
  ask(program, texts) as readonly (readonly PartSeen[])[];

/** Returns the parts that our reader finds. */
export function leavesOf(text: string): readonly PartSeen[] {
  const silent = { error: () => undefined, warning: () => {} };
  return readMime(text, silent).map((leaf) => [
    leaf.type,
    leaf.filename ?? null,
    Buffer.from(decodeBody(leaf)).toString('base64'),
  ]);
}
