// undici is imported by these paths alone: its index loads 119 of Node's own modules, these 42.
declare module 'undici/lib/dispatcher/client.js' {
  import { Client } from 'undici';
  export default Client;
}

declare module 'undici/lib/core/connect.js' {
  import type { buildConnector } from 'undici';
  export default function build(options: buildConnector.BuildOptions): buildConnector.connector;
}
