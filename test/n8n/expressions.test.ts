import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { AmoCrmOAuth2Api } from '../../credentials/AmoCrmOAuth2Api.credentials';
import { parameterReader } from '../../nodes/AmoCrm/operations/parameterReader';
import { node24 } from '../../scripts/lib/n8nHost.mjs';
import { n8nHost } from '../../scripts/lib/paths.mjs';
import { DOMAINS } from '../unit/domains';

/** What the expression engine of a production n8n gives. */
function evaluate(cases: Array<{ expression: unknown; self?: IDataObject; json?: IDataObject }>): unknown[] {
	const input = JSON.stringify(cases);
	return JSON.parse(execFileSync(node24, [join(__dirname, 'evaluate.cjs'), n8nHost], { input, encoding: 'utf8', maxBuffer: 10_000_000 })) as unknown[];
}

/** The credential's URLs, for every domain that people type. */
const expressionOf = (property: string) =>
	new AmoCrmOAuth2Api().properties.find(({ name }) => name === property)?.default as string;

const cases = DOMAINS.flatMap(([domain, expected]) => [
	{ domain, expression: expressionOf('authUrl'), expected: expected ? `${expected[1]}/oauth` : '' },
	{ domain, expression: expressionOf('accessTokenUrl'), expected: expected ? `${expected[0]}/oauth2/access_token` : '' },
]);

test(`${DOMAINS.length} domains give the same URLs in isolated-vm as in code`, () => {
	expect(evaluate(cases.map(({ domain, expression }) => ({ expression, self: { domain } })))).toEqual(cases.map(({ expected }) => expected));
});

const VALUES = ['text', '', ' ', '=x', '{{ 1 }}', '={{ 1 }}', 'a "b" \'c\' `d` \\ \n', 'Имя 😀', '2026-11-25T10:00:00.000+03:00', '007', 0, 1.5, -3, 1e21, true, false, null];

const PLAIN: Array<(value: unknown) => [unknown, IDataObject]> = [
	(value) => ['={{ $json.name }}', { name: value } as IDataObject],
	(value) => ['={{$json["First name"]}}', { 'First name': value } as IDataObject],
	(value) => ["={{ $json['a.b'].c }}", { 'a.b': { c: value } } as IDataObject],
	(value) => ['={{ $json.Имя }}', { Имя: value } as IDataObject],
	(value) => ['={{ $json.$a_1.length }}', { $a_1: { length: value } } as IDataObject],
	(value) => [{ list: [{ kind: 'WORK', value: '={{ $json.name }}' }], picker: { __rl: true, mode: 'id', value: '={{ $json.name }}' } }, { name: value } as IDataObject],
];

test("the item's own data is read as isolated-vm reads it, for every kind of value", () => {
	const plain = PLAIN.flatMap((make) => VALUES.map(make)).map(([expression, json]) => ({ expression, json }));
	const values = evaluate(plain);
	plain.forEach(({ expression, json }, index) => {
		const evaluated = jest.fn(() => values[index]);
		const context = { getNode: () => ({ parameters: { given: expression } }), getNodeParameter: evaluated } as unknown as IExecuteFunctions;
		const parameter = parameterReader(context, [{ json }, { json }], []);
		expect([parameter('given', 0), parameter('given', 1)]).toEqual([values[index], values[index]]);
		// The second time n8n was not needed: the first had shown that both agree.
		expect(evaluated).toHaveBeenCalledTimes(1);
	});
});
