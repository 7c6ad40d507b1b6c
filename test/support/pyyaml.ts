import { ask } from './python.ts';

const program = `
import base64, datetime, json, math, sys, yaml
def plain(v, depth=0):
    if depth > 200: raise ValueError('deep')
    if isinstance(v, bool) or v is None or isinstance(v, str): return v
    if isinstance(v, int): return v if abs(v) < 2**53 else {'$int': str(v)}
    if isinstance(v, float):
        if math.isnan(v): return {'$float': 'nan'}
        if math.isinf(v): return {'$float': 'inf' if v > 0 else '-inf'}
        return int(v) if v == int(v) and abs(v) < 2**53 else v
    if isinstance(v, bytes): return {'$bytes': base64.b64encode(v).decode()}
    if isinstance(v, (datetime.date, datetime.datetime)): return {'$date': True}
    if isinstance(v, (list, tuple)): return [plain(i, depth + 1) for i in v]
    if isinstance(v, set): return {str(key(i)): None for i in v}
    return {key(k): plain(i, depth + 1) for k, i in v.items()}
def key(k):
    return k if isinstance(k, str) else '$key ' + type(k).__name__
out = []
for text in json.load(sys.stdin):
    try: out.append({'value': plain(yaml.safe_load(text))})
    except RecursionError: out.append({'error': 'recursion'})
    except Exception as e: out.append({'error': type(e).__name__ + ': ' + str(e)[:300]})
json.dump(out, sys.stdout)
`;

export type Answer = { readonly value: unknown } | { readonly error: string };

/** Returns the result of PyYAML's safe loader for each text. */
export const pyyaml = (texts: readonly string[]): readonly Answer[] => ask(program, texts) as readonly Answer[];
