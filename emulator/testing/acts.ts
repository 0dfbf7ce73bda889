import type { Emulator } from '../index';
import type { Bench } from './client';
import type { EntityType } from '../store/rows';

/** For every event code, what a person or the API does to make it happen. */

type Ids = Record<string, number>;
type Host = Pick<Bench, 'create' | 'api'> & { emulator: Pick<Emulator, 'ui' | 'account'> };

function actsOf({ emulator, create, api }: Host): Record<string, (ids: Ids) => unknown> {
	const { ui, account } = emulator;
	const other = () => [...account.users.keys()][1];
	const waiting = () => [...account.unsorted.values()].filter(({ state }) => state === 'open').at(-1)?.uid ?? '';
	const acts: Record<string, (ids: Ids) => unknown> = {
		add_talk: ({ contacts = 0 }) => ui.message({ contactId: contacts, text: 'hi' }),
		add_message: ({ contacts = 0 }) => ui.message({ contactId: contacts, text: 'hi' }),
		add_outgoing_message: ({ contacts = 0 }) => ui.message({ contactId: contacts, text: 'hi', direction: 'outgoing' }),
		update_talk: ({ talk = 0 }) => ui.updateTalk(talk, { is_read: true }),
		delete_talk: ({ talk = 0 }) => ui.removeTalk(talk),
		add_task: () => ui.createTask({ text: 'x', complete_till: 1_900_000_000 }),
		update_task: ({ task = 0 }) => ui.updateTask(task, { text: 'y' }),
		delete_task: ({ task = 0 }) => ui.removeTask(task),
		responsible_task: ({ task = 0 }) => ui.updateTask(task, { responsible_user_id: other() }),
		add_unsorted: () => ui.addUnsorted({ category: 'chats', source_uid: 's', source_name: 'n', metadata: { client: { name: 'Ann' } } }),
		update_unsorted: () => ui.updateUnsorted(waiting(), { last_message_text: 'more' }),
		delete_unsorted: () => ui.declineUnsorted(waiting()),
		add_catalog: ({ catalog = 0 }) => create(`/catalogs/${catalog}/elements`, { name: 'e' }),
		update_catalog: ({ catalog = 0, element = 0 }) => api('PATCH', `/catalogs/${catalog}/elements/${element}`, { name: 'f' }),
		delete_catalog: ({ element = 0 }) => ui.removeElement(element),
		status_lead: ({ leads = 0 }) => ui.update('leads', leads, { status_id: 142 }),
		add_chat_template_review: async () => {
			const template = await create('/chats/templates', { name: 't', content: 'c', type: 'waba' });
			ui.reviewTemplate(template, 1, 'approved');
		},
	};
	for (const [type, name] of [['leads', 'lead'], ['contacts', 'contact'], ['companies', 'company'], ['customers', 'customer']] as const) {
		acts[`add_${name}`] = () => ui.create(type, modelOf(type, 'new'));
		acts[`update_${name}`] = (ids) => ui.update(type, ids[type] ?? 0, { name: 'renamed' });
		acts[`responsible_${name}`] = (ids) => ui.update(type, ids[type] ?? 0, { responsible_user_id: other() });
		acts[`note_${name}`] = (ids) => ui.addNote(type, ids[type] ?? 0, 'note');
		acts[`delete_${name}`] = (ids) => ui.remove(type, ids[type] ?? 0);
		acts[`restore_${name}`] = (ids) => {
			ui.remove(type, ids[type] ?? 0);
			ui.restore(type, ids[type] ?? 0);
		};
	}
	return acts;
}

/** The least that a record of the type is created with. */
const modelOf = (type: EntityType, name: string) => ({ name, ...(type === 'customers' ? { next_date: 1_900_000_000 } : {}) });

/** Makes the records that the act needs; then `act` makes the event happen, once. */
export async function prepareAct(host: Host, code: string): Promise<{ ids: Ids; act(): Promise<void> }> {
	const { ui } = host.emulator;
	const ids: Ids = {};
	for (const type of ['leads', 'contacts', 'companies', 'customers'] as const) ids[type] = ui.create(type, modelOf(type, type)).id;
	ids.task = ui.createTask({ text: 'x', complete_till: 1_900_000_000 }).id;
	ids.catalog = await host.create('/catalogs', { name: 'c' });
	ids.element = await host.create(`/catalogs/${ids.catalog}/elements`, { name: 'e' });
	if (/talk|unsorted/.test(code) && !code.startsWith('add_')) {
		ids.talk = ui.message({ contactId: ids.contacts, text: 'first' }).id;
		ui.addUnsorted({ category: 'forms', source_uid: 's', source_name: 'n', metadata: {} });
	}
	const act = actsOf(host)[code];
	if (!act) throw new Error(`Nobody knows how to make ${code} happen`);
	return { ids, act: async () => void (await act(ids)) };
}
