import * as fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { FieldDefinition } from '../../../nodes/AmoCrm/fields/dictionaries';
import type { Matcher } from '../../../nodes/AmoCrm/fields/matching';
import { fieldMatcher, multitextMatcher, nameMatcher } from '../../../nodes/AmoCrm/fields/matching';
import type { LookupMode } from '../../../nodes/AmoCrm/operations/lookup';
import { lookUp, rememberWritten } from '../../../nodes/AmoCrm/operations/lookup';
import type { Entity } from '../../../nodes/AmoCrm/entities/types';
import type { Run } from '../../../nodes/AmoCrm/operations/types';
import type { ApiRequest, Reply } from '../../../nodes/AmoCrm/transport/types';

const ENTITY = { path: '/contacts', collection: 'contacts', displayName: 'Contact' } as Entity;

let accounts = 0;

/** An account whose search finds texts in filled fields as amoCRM's does: any part, letter case aside, and never less than that. */
function runOver(base: IDataObject[], hidden = new Set<unknown>()) {
	const sent: ApiRequest[] = [];
	const texts = (record: IDataObject): string[] =>
		[record.name, ...((record.custom_fields_values ?? []) as IDataObject[]).flatMap(({ values }) => (values as IDataObject[]).map(({ value }) => value))].map((text) => String(text).toLowerCase());
	const send = async (request: ApiRequest): Promise<Reply> => {
		sent.push(request);
		const { query, page = 1, limit = 250, filter } = (request.query ?? {}) as IDataObject;
		const single = /^\/contacts\/(\d+)$/.exec(request.path)?.[1];
		if (single) {
			const record = base.find(({ id }) => String(id) === single);
			return record ? { ok: true, status: 200, body: record } : { ok: true, status: 204, body: undefined };
		}
		const ids = (filter as { id?: number[] } | undefined)?.id;
		const rows = base.filter((record) =>
			ids ? ids.includes(Number(record.id)) : !hidden.has(record.id) && (query === undefined || texts(record).some((text) => text.includes(String(query).toLowerCase()))),
		);
		const from = (Number(page) - 1) * Number(limit);
		const shown = rows.slice(from, from + Number(limit));
		return shown.length === 0 ? { ok: true, status: 204, body: undefined } : { ok: true, status: 200, body: { _embedded: { contacts: shown } } };
	};
	const run = { client: { accountKey: `account ${accounts++}`, send, usefulParallelism: () => 3 } } as unknown as Run;
	return { run, sent };
}

type Rule = Pick<Matcher, 'keysOf' | 'keysOfRecord'>;

async function idsBy(mode: LookupMode, run: Run, { keysOf, keysOfRecord }: Rule, wanted: unknown[]) {
	const keys = [...new Map(wanted.flatMap((one) => keysOf(one)).map((key) => [key.key, key])).values()];
	const found = await lookUp({ run, entity: ENTITY, keysOfRecord, keys, mode, query: {} });
	return Object.fromEntries([...found].map(([key, records]) => [key, (records as IDataObject[]).map(({ id }) => Number(id)).sort((a, b) => a - b)]));
}

const digit = fc.integer({ min: 0, max: 2 });
/** Few different numbers, so that they meet. */
const national = fc.tuple(digit, digit, digit).map(([a, b, c]) => `91234${a}67${b}${c}`);
const written = fc
	.record({ number: national, prefix: fc.constantFrom('+7', '8', '7', '', '+7 (', '8 (', '8-'), groups: fc.constantFrom([3, 3, 2, 2], [3, 7], [3, 3, 4], [10], [3, 2, 2, 3], [5, 5], [3, 2, 3, 2]), separator: fc.constantFrom('-', ' ', '.', '', '\u00A0'), behind: fc.constantFrom('', ' доб. 5', ' ') })
	.map(({ number, prefix, groups, separator, behind }) => {
		let from = 0;
		const parts = groups.map((length) => number.slice(from, (from += length)));
		const [first = '', ...rest] = parts;
		return `${prefix}${first}${prefix.endsWith('(') ? ') ' : separator}${rest.join(separator)}${behind}`;
	});
const email = fc.tuple(fc.constantFrom('ann', 'Ann', 'bob', 'BOB', 'ann.b'), fc.constantFrom('example.com', 'Example.COM', 'mail.example.org')).map(([name, host]) => `${name}@${host}`);
const space = fc.constantFrom(' ', '  ', '\u00A0', ' \t', ' \u200B');
const name = fc
	.tuple(fc.constantFrom('Ann', 'ANN', 'Bob', 'A', 'Jos\u00E9', 'Jose\u0301'), space, fc.constantFrom('Smith', 'smith', 'Sm', '1234', '12'), fc.constantFrom('', ' ', '\u00A0'))
	.map(([first, gap, last, end]) => `${first}${gap}${last}${end}`);
const code = fc.constantFrom('A-1', 'A-10', 'a-1', ' A-1 ', 'AA-1', '7', '70');
const numeric = fc.constantFrom('0.5', '0.50', '1.5', '1.50', '15', '-0.5', '150', '1500');

const person = fc.record({ name, phones: fc.array(written, { maxLength: 2 }), emails: fc.array(email, { maxLength: 2 }), code, numeric });
type Person = typeof person extends fc.Arbitrary<infer T> ? T : never;

const recordOf = (one: Person, index: number): IDataObject => ({
	id: index + 1,
	name: one.name,
	created_at: 1_700_000_000 + (index % 3),
	custom_fields_values: [
		{ field_id: 1, field_code: 'PHONE', values: one.phones.map((value) => ({ value })) },
		{ field_id: 2, field_code: 'EMAIL', values: one.emails.map((value) => ({ value })) },
		{ field_id: 3, field_code: null, values: [{ value: one.code }] },
		{ field_id: 4, field_code: null, values: [{ value: one.numeric }] },
	],
});

const definition = (id: number, type: string): FieldDefinition => ({ id, name: `Field ${id}`, type, code: null, sort: 1, enums: [], requiredIn: 0, computed: false });

const CONTEXT = { workflow: 'UTC', account: 'UTC', accountUrl: 'http://localhost', conventions: () => ({ separators: [] }) };
const byField = (id: number, type: string) => fieldMatcher(definition(id, type), CONTEXT, 'RU');
const byPhone = multitextMatcher('PHONE', 'RU');
const byEmail = multitextMatcher('EMAIL', 'RU');
const byEither: Rule = {
	keysOf: (value) => [byPhone, byEmail].flatMap((matcher, index) => matcher.keysOf((value as unknown[])[index])),
	keysOfRecord: (record) => [byPhone, byEmail].flatMap((matcher) => matcher.keysOfRecord(record)),
};

const MATCHERS: Array<[string, Rule, (one: Person) => unknown]> = [
	['phone', byPhone, ({ phones }) => phones],
	['email', byEmail, ({ emails }) => emails],
	['phone or email', byEither, ({ phones, emails }) => [phones, emails]],
	['name', nameMatcher, (one) => one.name],
	['a text field', byField(3, 'text'), (one) => one.code],
	['a number field', byField(4, 'numeric'), (one) => Number(one.numeric)],
];

describe('search and sweep', () => {
	it.each(MATCHERS)('find the same records by %s, and all that there are', async (_name, matcher, wantedOf) => {
		await fc.assert(
			fc.asyncProperty(fc.array(person, { maxLength: 40 }), fc.array(person, { minLength: 1, maxLength: 6 }), async (people, asked) => {
				const base = people.map(recordOf);
				const wanted = asked.map(wantedOf);
				const [search, sweep, auto] = await Promise.all((['search', 'sweep', 'auto'] as const).map(async (mode) => await idsBy(mode, runOver(base).run, matcher, wanted)));
				const keys = new Set(wanted.flatMap((one) => matcher.keysOf(one)).map(({ key }) => key));
				const all = Object.fromEntries([...keys].map((key) => [key, base.filter((record) => matcher.keysOfRecord(record).includes(key)).map(({ id }) => Number(id))]));
				expect(sweep).toEqual(all);
				expect(search).toEqual(all);
				expect(auto).toEqual(all);
			}),
			{ numRuns: 300 },
		);
	});

	it('look for a name by what it has in common with all ways of writing it', () => {
		const searches = (name: string) => nameMatcher.keysOf(name)[0]?.searches;
		expect(searches('Ann  Mc\u200BDonald')).toEqual(['Donald']);
		expect(searches('Сергей Йовович')).toEqual(['овович']);
		expect(searches('Order 1234567')).toEqual(['1234567']);
		expect(searches('Bo Li')).toEqual([]);
	});

	it('asks once for a text that several values have in common', async () => {
		const { run, sent } = runOver([]);
		await idsBy('search', run, nameMatcher, ['Lead Anderson', 'Client Anderson']);
		expect(sent.map(({ query }) => query?.query)).toEqual(['Anderson']);
	});

	it.each(['legal_entity', 'smart_address', 'chained_list', 'linked_entity', 'items', 'file', 'payer', 'supplier'])('no record is told apart by a field of the type %s', (type) => {
		expect(() => byField(5, type)).toThrow(`records cannot be told apart by the field 'Field 5' (${type})`);
	});

	it('an empty value is no key', () => {
		const matcher = byField(3, 'text');
		const fields = [null, 5, { field_id: 3 }, { field_id: 3, values: null }, { field_id: 3, values: [null, { value: null }, { value: '' }, { value: 'x' }] }];
		expect(matcher.keysOfRecord({ custom_fields_values: fields as never })).toEqual(['field:3:x']);
		for (const value of [null, undefined, '', '  ', []]) expect(matcher.keysOf(value)).toEqual([]);
	});
});

describe('records that this process has just written', () => {
	const contact = (id: number, phone: string): IDataObject => ({ id, name: `Contact ${id}`, custom_fields_values: [{ field_id: 1, field_code: 'PHONE', values: [{ value: phone }] }] });
	const matcher = byPhone;
	const wanted = ['+7 912 345-67-89'];
	const KEY = 'PHONE:79123456789';

	it.each(['search', 'sweep'] as const)('stand beside those that amoCRM finds: %s', async (mode) => {
		const base = [1, 2, 3, 4].map((id) => contact(id, '8 912 345-67-89'));
		const { run } = runOver(base, new Set([3, 4]));
		rememberWritten(run, ENTITY, [KEY], 3);
		rememberWritten(run, ENTITY, [KEY], 4);
		expect(await idsBy(mode, run, matcher, wanted)).toEqual({ [KEY]: [1, 2, 3, 4] });
	});

	it('count only as long as they are there and have the value', async () => {
		const { run } = runOver([contact(1, '+7 912 345-67-89'), contact(2, '+7 912 000-00-00'), { ...contact(4, '+7 912 345-67-89'), is_deleted: true }], new Set([2, 4]));
		for (const id of [2, 3, 4]) rememberWritten(run, ENTITY, [KEY], id);
		expect(await idsBy('search', run, matcher, wanted)).toEqual({ [KEY]: [1] });
	});

	it('make the look-up fail when it cannot be told whether they are there', async () => {
		const { run } = runOver([]);
		const { send } = run.client;
		run.client.send = async (request) =>
			request.path === '/contacts/9' ? { ok: false, failure: { kind: 'server', message: 'amoCRM failed', advice: '', outcomeUnknown: false } } : await send(request);
		rememberWritten(run, ENTITY, [KEY], 9);
		const keys = matcher.keysOf(wanted);
		const found = await lookUp({ run, entity: ENTITY, keysOfRecord: matcher.keysOfRecord, keys, mode: 'search', query: {} });
		expect(found.get(KEY)).toMatchObject({ kind: 'server' });
	});
});
