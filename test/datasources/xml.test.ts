import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { elementsNamed, readXml } from '../../agent/datasources/xml.ts';

suite('xml', () => {
  test('reads elements, attributes, texts, entities, comments and CDATA', () => {
    const root = readXml(
      '<?xml version="1.0"?>\n<!-- c --><n:a x:y="1 &lt; 2" z=\'"\'><b>t&#x41;&#66;</b><b><![CDATA[<&>]]></b><c/></n:a>',
    );
    assert.ok(typeof root === 'object');
    assert.deepEqual(
      [root.name, [...root.attributes]],
      [
        'a',
        [
          ['y', '1 < 2'],
          ['z', '"'],
        ],
      ],
    );
    assert.deepEqual(
      elementsNamed(root, 'b').map(({ text }) => text),
      ['tAB', '<&>'],
    );
  });

  for (const [claim, text, why] of [
    ['an entity bomb', '<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>', /^line 1: not understood$/],
    ['an unknown entity', '<a>\n&b;</a>', /^line 1: an unknown entity$/],
    ['an unknown entity in an attribute', '<a b="&c;"/>', /unknown entity/],
    ['an entity named as a property of objects', '<a>&constructor;</a>', /unknown entity/],
    ['a bare ampersand', '<a>x & y</a>', /unknown entity/],
    ['a character beyond Unicode', '<a>&#x110000;</a>', /unknown entity/],
    ['crossed tags', '<a><b></a></b>', /<\/a> ends no <a>$/],
    ['a missing end', '<a><b></b>', /^<a> has no end$/],
    ['two roots', '<a/><b/>', /^not one root element$/],
    ['no root', '', /^not one root element$/],
    ['text outside', 'hello', /outside of the root/],
    ['a broken tag', '<a b=c/>', /not understood/],
    ['deep elements', '<a>'.repeat(40), /^more than 32 deep$/],
    ['many elements', `<a>${'<b/>'.repeat(6_000)}</a>`, /^more than 5000 elements$/],
    ['a long text', 'a'.repeat(2 ** 20 + 1), /^more than 1048576 characters$/],
  ] as const)
    test(`refuses ${claim}`, () => assert.match(String(readXml(text)), why));
});
