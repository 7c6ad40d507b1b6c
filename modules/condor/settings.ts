import {
  converted,
  type Decode,
  either,
  entriesNamed,
  flag,
  INVALID,
  integer,
  list,
  matching,
  object,
  oneOf,
  optional,
  secret,
  text,
  withDefault,
} from '../../agent/userdata/schema/decode.ts';

const host = matching(/^[A-Za-z0-9][\w.:-]*$/, 'an address or a name');
const value = matching(/^$|^[^\n\r\0]*[^\\\n\r\0]$/, 'one line that does not end in a backslash');
/** Hint for configurations that ask for the removed GSI method. */
export const gsiIsGone = 'HTCondor no longer has gsi; use idtoken';

const method = converted<string, 'password' | 'idtoken'>(text, (word, { error }) => {
  if (word === 'password' || word === 'idtoken') return word;
  error(`expected password or idtoken, got ${JSON.stringify(word)}`, /gsi/i.test(word) ? gsiIsGone : undefined);
  return INVALID;
});

const ports = converted(matching(/^\d+-\d+$/, 'two ports such as 41000-42000'), (words, { error }) => {
  const [low = 0, high = 0] = words.split('-').map(Number);
  if (low <= high && high < 65536) return words.split('-');
  error(`${words} is not a range of ports`);
  return INVALID;
});

const settings = {
  central_manager: host,
  daemons: withDefault<readonly string[]>(['MASTER', 'STARTD'], list(matching(/^\w+$/, 'the name of a daemon'))),
  mem_per_core_kb: withDefault(2_700_000, integer(1)),
  min_slots: withDefault(1, integer(0)),
  slot_type: withDefault<'static' | 'partitionable'>('static', oneOf('static', 'partitionable')),
  address: optional(host),
  dns: withDefault(false, flag),
  domain: withDefault('condor-net', host),
  ports: withDefault<readonly string[]>([], ports),
  job_wrapper: optional(
    matching(/^(#!|\/[^\n\r\0]*[^\\\n\r\0]$)/, 'a script that begins with "#!", or the path of one'),
  ),
  security: optional(method),
  password: optional(secret),
  idtoken: optional(secret),
  files: withDefault<'config.d' | 'condor_config.local'>('config.d', oneOf('config.d', 'condor_config.local')),
  settings: withDefault(
    [],
    entriesNamed(
      // The keywords of HTCondor's configuration syntax are not valid names.
      /^(?!(use|if|elif|else|endif)$)[A-Za-z_][\w.]*$/i,
      'the name of a setting of HTCondor',
      either(
        converted(list(value), (words) => words.join(', ')),
        value,
        'one line that does not end in a backslash, or a list',
      ),
    ),
  ),
};

/** Decodes `condor`, and derives `security` from the credential that is given. */
export const condorSettings = converted(object(settings), (asked, { error }) => {
  const { password, idtoken } = asked;
  const security =
    asked.security ?? (password !== undefined ? 'password' : idtoken !== undefined ? 'idtoken' : undefined);
  if (security && asked[security] === undefined) error(`security is ${security}, and no ${security} is given`);
  else if (password !== undefined && idtoken !== undefined) error('password and idtoken exclude each other');
  else if (/[\n\r\0]/.test((password ?? idtoken ?? '').trimEnd())) error(`${security} must be one line`);
  else return { ...asked, security };
  return INVALID;
});

export type CondorSettings = typeof condorSettings extends Decode<infer T> ? T : never;
