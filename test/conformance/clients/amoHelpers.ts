import { Filter, filterLikeToString, isWebhookEntity, isWebhookEvent, order, parseIncomingWebhook, query } from '@shevernitskiy/amo';
import { parse } from 'qs';
import { openReceiver } from '../../../emulator/testing/receiver';
import type { AmoContext } from './amoContext';
import { callsOf, only, rowsOf, type Call } from './calls';

/** @shevernitskiy/amo: what the package exports besides the client. */

/** The ids of the leads that a filter finds. */
async function found({ amo }: AmoContext, filter: { toString(): string }): Promise<number[]> {
	const leads = amo.lead?.getLeads?.({ filter: () => filter, order: { param: 'id', type: 'asc' } });
	return rowsOf(await leads, 'leads').map(({ id }) => id);
}

const numericField = ({ emulator: { account } }: AmoContext) => {
	const field = account.fieldsOf('leads').find(({ type }) => type === 'numeric');
	if (!field) throw new Error('No numeric field');
	return field.id;
};

export const HELPERS: Call<AmoContext>[] = [
	...callsOf<AmoContext>('Filter', {
		single: async (context) => expect(await found(context, new Filter().single('id', context.ids.lead ?? 0))).toEqual([context.ids.lead]),
		async multi(context) {
			const pair = rowsOf(await context.amo.lead?.addLeads?.([{ name: 'One' }, { name: 'Two' }]), 'leads').map(({ id }) => id);
			expect(await found(context, new Filter().multi('id', pair))).toEqual(pair);
		},
		async range(context) {
			await context.amo.lead?.updateLeads?.([{ id: context.ids.lead, price: 777 }]);
			expect(await found(context, new Filter().range('price', 770, 780))).toEqual([context.ids.lead]);
		},
		async statuses(context) {
			const { pipeline_id, status_id } = context.emulator.account.leads.get(context.ids.lead ?? 0) ?? { pipeline_id: 0, status_id: 0 };
			const ids = await found(context, new Filter().statuses([[pipeline_id, status_id]]));
			const inStage = [...context.emulator.account.leads.values()].filter((lead) => lead.status_id === status_id && !lead.is_deleted);
			expect(ids).toEqual(inStage.map(({ id }) => id));
		},
		async custom_field(context) {
			const field_id = numericField(context);
			await context.amo.lead?.updateLeadById?.(context.ids.lead, { custom_fields_values: [{ field_id, values: [{ value: '41' }] }] });
			expect(await found(context, new Filter().custom_field(field_id, 41))).toEqual([context.ids.lead]);
		},
		async custom_field_range(context) {
			expect(await found(context, new Filter().custom_field_range(numericField(context), 40, 42))).toEqual([context.ids.lead]);
		},
		toString: () => expect(new Filter().single('id', 1).multi('name', ['a']).toString()).toBe('filter[id]=1&filter[name][0]=a'),
	}),
	...callsOf<AmoContext>('helpers', {
		/** Of no use to webhookHandler, but good for who decodes the form first. */
		async parseIncomingWebhook({ amo, ids, emulator }) {
			const receiver = await openReceiver();
			try {
				await amo.webhook?.addWebhook?.({ destination: receiver.url, settings: ['update_lead'], sort: 1 });
				await amo.lead?.updateLeadById?.(ids.lead, { name: 'Watched' });
				await emulator.deliveries.settled();
				const payload = parseIncomingWebhook(parse(only(receiver.hooks).raw, { depth: 12 }));
				expect(payload).toEqual(['leads', 'update', expect.objectContaining({ id: String(ids.lead), name: 'Watched' })]);
			} finally {
				await receiver.close();
			}
		},
		isWebhookEntity: () => expect(['leads', 'notes'].map(isWebhookEntity)).toEqual([true, false]),
		isWebhookEvent: () => expect(['status', 'note'].map(isWebhookEvent)).toEqual([true, false]),
		order: () => expect(order({ param: 'id', type: 'asc' })).toEqual(['order[id]', 'asc']),
		query: () => expect(query({ page: 2, with: ['contacts'] })).toBe('page=2&with=contacts'),
		filterLikeToString: () => expect(filterLikeToString((by) => by.single('id', 5))).toBe('filter[id]=5'),
	}),
];
