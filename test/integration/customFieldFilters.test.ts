import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { customFieldConditions } from '../../nodes/AmoCrm/fields/customFieldFilters';
import { toTimestamp } from '../../nodes/AmoCrm/fields/dates';
import type { World } from './world';
import { FAST, openWorld } from './world';

/** The same filters, obeyed by the account or ignored by it, give the same leads. */
describe.each([
	['that has the paid filters', true],
	['that ignores filters', false],
])('filters by custom fields in an account %s', (_name, isApiFilterEnabled) => {
	let world: World;
	const ids: Record<string, number> = {};

	beforeAll(async () => {
		world = await openWorld({ language: 'en', switches: { isApiFilterEnabled }, rateLimit: false });
		for (const { id, name, owner } of world.emulator.account.customFields.values()) if (owner === 'leads') ids[name] = id;
		const rows = [
			{ name: 'A', Source: 'Website', 'Client budget': 100, 'Start date': '2026-01-10', 'Contract number': '7', Urgent: true },
			{ name: 'B', Source: 'Referral', 'Project link': 'https://example.com', 'Client budget': 200, 'Start date': '2026-01-20', 'Contract number': '07', Urgent: false },
			{ name: 'C', Source: 'Phone call', 'Client budget': 300.5, 'Start date': '2026-02-01', 'Contract number': 'X, Y', Urgent: true },
		];
		const { error } = await world.run(
			{ resource: 'lead', operation: 'create', name: '={{ "filtered " + $json.name }}', customFields: { mappingMode: 'autoMapInputData', value: null }, options: FAST },
			{ items: rows },
		);
		expect(error).toBeUndefined();
	});

	afterAll(async () => await world.close());

	async function found(...field: Array<[name: string, comparison: string, value: unknown]>): Promise<{ names: string[]; message?: string }> {
		const filters = {
			customFields: { field: field.map(([name, comparison, value]) => ({ fieldId: ids[name] ?? name, comparison, value })) },
		} as INodeParameters;
		const { rows, error } = await world.run({ resource: 'lead', operation: 'getAll', returnAll: true, filters, options: FAST });
		const names = rows.map(({ json }) => String((json as IDataObject).name)).filter((name) => name.startsWith('filtered '));
		return { names: names.map((name) => name.slice(9)).sort(), message: error?.message };
	}

	it.each<[Array<[string, string, unknown]>, string[]]>([
		[[['Source', 'is', 'website']], ['A']],
		[[['Source', 'is', 'Website, Referral']], ['A', 'B']],
		[[['Client budget', 'is', '300,50']], ['C']],
		[[['Client budget', 'is', '100, 300,50']], ['A', 'C']],
		[[['Contract number', 'is', 'X, Y']], ['C']],
		[[['Client budget', 'from', 200]], ['B', 'C']],
		[[['Client budget', 'to', '200']], ['A', 'B']],
		[[['Client budget', 'from', 150], ['Client budget', 'to', 250]], ['B']],
		[[['Start date', 'from', '20.01.2026']], ['B', 'C']],
		[[['Start date', 'to', '2026-01-20']], ['A', 'B']],
		[[['Start date', 'is', '2026-01-20']], ['B']],
		[[['Contract number', 'is', '7']], ['A']],
		[[['Urgent', 'is', 'yes'], ['Source', 'is', ['Phone call', 'Referral']]], ['C']],
		[[['Project link', 'isEmpty', '']], ['A', 'C']],
		[[['Project link', 'isNotEmpty', 'what is left of another condition']], ['B']],
		[[['Project link', 'isEmpty', undefined], ['Client budget', 'from', 200]], ['C']],
		[[['Urgent', 'isEmpty', '']], []],
	])('%j', async (filters, expected) => {
		expect(await found(...filters)).toEqual({ names: expected, message: undefined });
	});

	it.each<[[string, string, unknown], string]>([
		[['Source', 'is', 'Nowhere'], "'Source': 'Nowhere' is not one of the options"],
		[['Source', 'from', 'Website'], "'Source': amoCRM cannot compare fields of this type (select) by size"],
		[['Client budget', 'from', 'much'], "'Client budget': 'much' is not an amount"],
		[['Client budget', 'is', ''], "'Client budget': the value to compare with is empty"],
		[['99999999', 'is', 'x'], "there is no custom field '99999999'"],
	])('%j is refused', async (filter, message) => {
		expect((await found(filter)).message).toContain(message);
	});
});

it.each([
	['2026-03-29', 23],
	['2026-10-25', 25],
])('%s has %i hours in Berlin, and the next day is not a part of it', (day, hours) => {
	const zone = 'Europe/Berlin';
	const field = { id: 1, name: 'Day', type: 'date', code: null, sort: 1, enums: [], requiredIn: 0, computed: false };
	const from = toTimestamp(day, { zone });
	for (const comparison of ['is', 'to'] as const) {
		const [condition] = customFieldConditions([{ fieldId: 1, comparison, value: day }], [field], { workflow: zone, account: zone, accountUrl: '' });
		const accepts = (value: number) => condition?.accepts?.({ custom_fields_values: [{ field_id: 1, values: [{ value }] }] });
		expect([accepts(from), accepts(from + hours * 3600 - 1), accepts(from + hours * 3600)]).toEqual([true, true, false]);
	}
});
