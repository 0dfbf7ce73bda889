import * as fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { FieldDefinition } from '../../../nodes/AmoCrm/fields/dictionaries';
import type { Wish } from '../../../nodes/AmoCrm/operations/wishes';
import { mergeWishes } from '../../../nodes/AmoCrm/operations/wishes';
import { lead } from '../../../nodes/AmoCrm/entities/lead';
import { contact } from '../../../nodes/AmoCrm/entities/contact';

const definition = (id: number, type: string): FieldDefinition => ({ id, name: `Field ${id}`, type, code: null, sort: 1, enums: [], requiredIn: 0, computed: false });
const CONTEXT = { country: 'RU', accountUrl: 'http://localhost', definitions: [definition(1, 'text'), definition(2, 'multiselect')] };

const number = (index: number) => `+7912${String(1_000_000 + index)}`;

const wish = (item: number, keys: string[], values: IDataObject = {}, mapped: Wish['mapped'] = []): Wish => ({ items: [item], keys: keys.map((key) => ({ key, searches: [] })), values, mapped });

/** Groups by looking at every pair again and again. */
function groupsOf(wishes: Wish[]): Wish[][] {
	const groups = wishes.map((one) => [one]);
	const share = (some: Wish[], others: Wish[]) => some.some(({ keys }) => others.some((other) => keys.some(({ key }) => other.keys.some((known) => known.key === key))));
	for (let changed = true; changed; ) {
		changed = false;
		for (let one = 0; one < groups.length && !changed; one++) {
			const other = groups.findIndex((group, index) => index > one && share(groups[one] ?? [], group));
			if (other < 0) continue;
			groups[one]?.push(...(groups.splice(other, 1)[0] ?? []));
			changed = true;
		}
	}
	return groups.map((group) => [...group].sort((a, b) => (a.items[0] ?? 0) - (b.items[0] ?? 0)));
}

const digits = (text: unknown) => String(text).replace(/\D/g, '').slice(-10);

describe('wishes with common keys', () => {
	const asked = fc.record({
		keys: fc.uniqueArray(fc.integer({ min: 0, max: 25 }), { minLength: 1, maxLength: 3 }),
		name: fc.option(fc.constantFrom('Ann', 'Bob'), { nil: undefined }),
		phones: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3 }),
		tags: fc.array(fc.constantFrom('a', 'A', 'b', 'c'), { maxLength: 3 }),
		text: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
		options: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
	});

	it('become one as they do when every pair is compared: later items win, lists add up, each entry once', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(asked, { maxLength: 30 }), async (rows) => {
				const wishes = rows.map(({ keys, name, phones, tags, text, options }, item) =>
					wish(
						item,
						keys.map(String),
						{
							...(name === undefined ? {} : { name }),
							...(phones.length > 0 ? { phone: phones.map((index) => (index % 2 === 0 ? number(index) : number(index).replace('+7', '8 '))).join(', ') } : {}),
							...(tags.length > 0 ? { tags: tags.join(', ') } : {}),
						},
						[...(text === undefined ? [] : [{ field_id: 1, values: [{ value: text }] }]), ...(options.length > 0 ? [{ field_id: 2, values: options.map((id) => ({ enum_id: id })) }] : [])],
					),
				);
				const expected = groupsOf(wishes);
				const merged = await mergeWishes(wishes, contact.fields, CONTEXT);
				expect(merged.map(({ items }) => items)).toEqual(expected.map((group) => group.flatMap(({ items }) => items)));
				merged.forEach((one, index) => {
					const group = expected[index] ?? [];
					const all = group.map(({ items }) => rows[items[0] ?? 0]);
					const last = <T>(values: Array<T | undefined>) => values.filter((value) => value !== undefined).pop();
					const unique = <T>(values: T[]) => [...new Set(values)].sort();
					expect(unique(one.keys.map(({ key }) => key))).toEqual(unique(group.flatMap(({ keys }) => keys.map(({ key }) => key))));
					expect(one.keys).toHaveLength(new Set(one.keys.map(({ key }) => key)).size);
					expect(one.values.name).toBe(last(all.map((row) => row?.name)));
					const phones = [one.values.phone ?? []].flat().flatMap((phone) => (typeof phone === 'string' ? phone.split(',') : (phone as { value: string }).value));
					expect(unique(phones.map(digits))).toEqual(unique(all.flatMap((row) => row?.phones ?? []).map((phone) => digits(number(phone)))));
					if (group.length > 1) {
						expect(phones).toHaveLength(new Set(phones.map(digits)).size);
						expect(((one.values.tags ?? []) as IDataObject[]).map(({ name }) => String(name).toLowerCase()).sort()).toEqual(unique(all.flatMap((row) => row?.tags ?? []).map((tag) => tag.toLowerCase())));
					}
					const field = (id: number) => one.mapped.find(({ field_id }) => field_id === id)?.values ?? [];
					expect(field(1)[0]?.value).toBe(last(all.map((row) => row?.text)));
					expect(unique(field(2).map(({ enum_id: id }) => Number(id)))).toEqual(unique(all.flatMap((row) => row?.options ?? [])));
				});
			}),
			{ numRuns: 300 },
		);
	});

	it('by the same ID, by whatever else they differ', async () => {
		const wishes = [7, 8, 7].map((id, item) => ({ ...wish(item, []), id }));
		expect((await mergeWishes(wishes, contact.fields, CONTEXT)).map(({ id, items }) => [id, items])).toEqual([[7, [0, 2]], [8, [1]]]);
	});

	it('without any key and without an ID stay apart', async () => {
		expect(await mergeWishes([wish(0, []), wish(1, [])], contact.fields, CONTEXT)).toHaveLength(2);
	});

	it.each<[string, IDataObject[], string, unknown]>([
		['phones as objects, JSON text and text', [{ phone: [{ value: number(1), kind: 'MOB' }, { value: number(2) }] }, { phone: `[{"value": "${number(3)}", "kind": "FAX"}]` }, { phone: number(1).replace('+7', '8') }], 'phone', [{ value: number(1), enum_code: 'MOB' }, { value: number(2) }, { value: number(3), enum_code: 'FAX' }]],
		['tags by name and by ID', [{ tags: 'vip, 12' }, { tags: [{ id: 12 }, 'VIP', { name: 'new' }] }], 'tags', [{ name: 'vip' }, { name: '12' }, { id: 12 }, { name: 'new' }]],
		['fields to clear', [{ customFieldsToClear: [1, 2] }, { customFieldsToClear: [2, 3] }], 'customFieldsToClear', [1, 2, 3]],
		[
			'custom fields as JSON',
			[{ customFieldsJson: [{ field_id: 1, values: [{ value: 'old' }] }, { field_code: 'PHONE', values: [{ value: number(1) }] }] }, { customFieldsJson: `[{"field_id": 1, "values": [{"value": "new"}]}, {"field_code": "PHONE", "values": [{"value": "${number(2)}"}]}]` }],
			'customFieldsJson',
			[{ field_id: 1, values: [{ value: 'new' }] }, { field_code: 'PHONE', values: [{ value: number(1) }, { value: number(2) }] }],
		],
	])('add up %s', async (_what, values, name, expected) => {
		const [merged] = await mergeWishes(values.map((one, item) => wish(item, ['same'], one)), contact.fields, CONTEXT);
		expect(merged?.values[name]).toEqual(expected);
	});

	it('add up contacts of a lead; the last main contact counts', async () => {
		const values = [{ contactIds: '1, 2', contactId: 1 }, { contactIds: [2, 3], contactId: 3 }];
		const [merged] = await mergeWishes(values.map((one, item) => wish(item, ['same'], one as IDataObject)), lead.fields, CONTEXT);
		expect(merged?.values).toEqual({ contactIds: ['1', '2', 3], contactId: 3 });
	});
});

describe('20,000 wishes', () => {
	const COUNT = 20_000;

	it.each<[string, (item: number, count: number) => Wish, number]>([
		['for one record', (item) => wish(item, ['same'], { phone: number(item), tags: `tag ${item % 7}`, name: `Name ${item}` }), 1],
		['in a chain', (item) => wish(item, [`k${item}`, `k${item + 1}`], { phone: `${number(item)}, ${number(item + 1)}` }), 1],
		['in a chain from its ends', (item, count) => wish(item, [`k${Math.min(item, count - 1 - item)}`, `k${Math.min(item, count - 1 - item) + 1}`], { name: 'x' }), 1],
		['in pairs', (item, count) => wish(item, [`k${item % (count / 2)}`], { phone: number(item) }), COUNT / 2],
	])('%s are merged in time that grows with them', async (_what, make, expected) => {
		const wishesFor = (count: number) => Array.from({ length: count }, (_, item) => make(item, count));
		const measure = async (some: Wish[]) => {
			let longest = 0;
			let since = process.cpuUsage();
			let isDone = false;
			const spent = () => {
				const { user, system } = process.cpuUsage(since);
				since = process.cpuUsage();
				return (user + system) / 1000;
			};
			const watch = () => {
				longest = Math.max(longest, spent());
				if (!isDone) setImmediate(watch);
			};
			const started = process.cpuUsage();
			setImmediate(watch);
			const merged = await mergeWishes(some, contact.fields, CONTEXT);
			longest = Math.max(longest, spent());
			isDone = true;
			const { user, system } = process.cpuUsage(started);
			return { merged, longest, spent: (user + system) / 1000 };
		};
		await measure(wishesFor(COUNT / 4));
		const quarter = await measure(wishesFor(COUNT / 4));
		const whole = await measure(wishesFor(COUNT));
		expect(whole.merged).toHaveLength(expected);
		// Some 20 ms; the collection of garbage counts too.
		expect(whole.longest).toBeLessThan(200);
		// Four times as many would take sixteen times as long where every pair is compared.
		expect(whole.spent).toBeLessThan(Math.max(quarter.spent, 50) * 10);
	});
});
