// Only these paths of undici are imported: its index loads 119 built-in Node modules, these load 42.
declare module 'undici/lib/dispatcher/client.js' {
  import { Client } from 'undici';
  export default Client;
}

declare module 'undici/lib/core/connect.js' {
  import type { buildConnector } from 'undici';
  export default function build(options: buildConnector.BuildOptions): buildConnector.connector;
}
