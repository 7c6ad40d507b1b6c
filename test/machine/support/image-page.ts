import { fromShared } from '../../support/shared.ts';

const page = fromShared('seeds/000_fe066cbeaae0dc3a.txt');

/** Why the page is missing, or false. */
export const noPage = page.skip;

/** Returns the user-data examples of the CentOS 6 image's page, in page order, with the placeholders filled in. */
export const documents = (headNode: string, secret: string): readonly string[] =>
  [...page.text().matchAll(/^```yaml\n(#cloud-config\n[\s\S]*?)^```$/gm)].map(([, yaml = '']) =>
    yaml
      .replaceAll('<IP_FOR_HTCONDOR_HEAD>', headNode)
      .replaceAll('<MY_HTTP_PROXY>', 'squid.example.org')
      .replaceAll('<my_http_proxy>', 'squid.example.org')
      .replaceAll('<CONDOR_SHARED_SECRET>', secret)
      // Three gigabytes per core are too large a file for a test.
      .replaceAll('SWAP_PER_CORE_KB=3000000', 'SWAP_PER_CORE_KB=3000'),
  );
