import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { AmoCrmOAuth2Api } from '../../credentials/AmoCrmOAuth2Api.credentials';
import { node24 } from '../../scripts/lib/n8nHost.mjs';
import { n8nHost } from '../../scripts/lib/paths.mjs';
import { DOMAINS } from '../unit/domains';

/** The credential's URLs in the expression engine of a production n8n, for every domain that people type. */
const expressionOf = (property: string) =>
	new AmoCrmOAuth2Api().properties.find(({ name }) => name === property)?.default as string;

const cases = DOMAINS.flatMap(([domain, expected]) => [
	{ domain, expression: expressionOf('authUrl'), expected: expected ? `${expected[1]}/oauth` : '' },
	{ domain, expression: expressionOf('accessTokenUrl'), expected: expected ? `${expected[0]}/oauth2/access_token` : '' },
]);

test(`${DOMAINS.length} domains give the same URLs in isolated-vm as in code`, () => {
	const input = JSON.stringify(cases.map(({ domain, expression }) => ({ expression, self: { domain } })));
	const output = execFileSync(node24, [join(__dirname, 'evaluate.cjs'), n8nHost], { input, encoding: 'utf8', maxBuffer: 10_000_000 });
	expect(JSON.parse(output)).toEqual(cases.map(({ expected }) => expected));
});
