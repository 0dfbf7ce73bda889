import { callsOf, firstId, rowsOf } from './calls';
import { NO_CONTENT_FAULT, type AmoContext } from './amoContext';

/** @shevernitskiy/amo: leads, contacts, companies and what belongs to their cards. */

export const CARDS = [
	...callsOf<AmoContext>('account', {
		async getAccount({ amo, emulator }) {
			const answer = await amo.account?.getAccount?.({ with: ['amojo_id', 'users_groups', 'drive_url'] });
			expect(answer).toMatchObject({
				id: emulator.account.info.id,
				amojo_id: emulator.account.info.amojo_id,
				_embedded: { users_groups: [{ id: 0 }, { name: 'Support' }] },
			});
		},
	}),
	...callsOf<AmoContext>('contact', {
		async addContacts({ amo, ids, emulator }) {
			const phone = { field_code: 'PHONE', values: [{ value: '+15550001122', enum_code: 'WORK' }] };
			ids.contact = firstId(
				await amo.contact?.addContacts?.([{ first_name: 'Ann', last_name: 'Lee', custom_fields_values: [phone] }]),
				'contacts',
			);
			expect(emulator.account.contacts.get(ids.contact)).toMatchObject({ name: 'Ann Lee' });
		},
		async getContacts({ amo, ids }) {
			const answer = await amo.contact?.getContacts?.({ query: '0001122', with: ['leads'] });
			expect(rowsOf(answer, 'contacts')).toEqual([expect.objectContaining({ id: ids.contact })]);
		},
		async getContactById({ amo, ids }) {
			expect(await amo.contact?.getContactById?.(ids.contact)).toMatchObject({ first_name: 'Ann', last_name: 'Lee' });
		},
		async updateContacts({ amo, ids, emulator }) {
			await amo.contact?.updateContacts?.([{ id: ids.contact, name: 'Ann Lee-Marsh' }]);
			expect(emulator.account.contacts.get(ids.contact ?? 0)?.name).toBe('Ann Lee-Marsh');
		},
		async updateContactById({ amo, ids, emulator }) {
			await amo.contact?.updateContactById?.(ids.contact, { name: 'Ann Marsh' });
			expect(emulator.account.contacts.get(ids.contact ?? 0)?.name).toBe('Ann Marsh');
		},
		async linkContactToChat({ amo, ids, texts }) {
			texts.chat = '6cbab3d5-c4c1-46ff-b710-ad59ad10805f';
			const answer = await amo.contact?.linkContactToChat?.([{ contact_id: ids.contact, chat_id: texts.chat }]);
			expect(rowsOf(answer, 'chats')).toEqual([expect.objectContaining({ contact_id: ids.contact, chat_id: texts.chat })]);
		},
		async getContactToChat({ amo, ids, texts }) {
			const answer = await amo.contact?.getContactToChat?.({ contact_id: [ids.contact] });
			expect(rowsOf(answer, 'chats')).toEqual([expect.objectContaining({ chat_id: texts.chat })]);
		},
	}),
	...callsOf<AmoContext>('company', {
		async addCompanies({ amo, ids }) {
			ids.company = firstId(await amo.company?.addCompanies?.([{ name: 'Marsh Ltd' }]), 'companies');
		},
		async getCompanies({ amo, ids }) {
			const answer = await amo.company?.getCompanies?.({ order: { param: 'id', type: 'desc' }, limit: 1 });
			expect(firstId(answer, 'companies')).toBe(ids.company);
		},
		async getCompanyById({ amo, ids }) {
			expect(await amo.company?.getCompanyById?.(ids.company, { with: ['contacts'] })).toMatchObject({
				name: 'Marsh Ltd',
				_embedded: { contacts: [] },
			});
		},
		async updateCompanies({ amo, ids, emulator }) {
			await amo.company?.updateCompanies?.([{ id: ids.company, name: 'Marsh & Co' }]);
			expect(emulator.account.companies.get(ids.company ?? 0)?.name).toBe('Marsh & Co');
		},
		async updateCompaniesById({ amo, ids, emulator }) {
			await amo.company?.updateCompaniesById?.(ids.company, { name: 'Marsh Inc' });
			expect(emulator.account.companies.get(ids.company ?? 0)?.name).toBe('Marsh Inc');
		},
	}),
	...callsOf<AmoContext>('lead', {
		async addLeads({ amo, ids, emulator }) {
			const answer = await amo.lead?.addLeads?.([
				{
					name: 'First',
					price: 100,
					request_id: 'first',
					_embedded: { contacts: [{ id: ids.contact }], companies: [{ id: ids.company }] },
				},
				{ name: 'Second' },
			]);
			expect(rowsOf(answer, 'leads')).toMatchObject([{ request_id: 'first' }, { request_id: '1' }]);
			[ids.lead, ids.otherLead] = rowsOf(answer, 'leads').map(({ id }) => id) as [number, number];
			expect(emulator.account.links.of({ type: 'leads', id: ids.lead }, 'contacts')).toHaveLength(1);
		},
		async getLeads({ amo, ids }) {
			const page = (number: number) =>
				amo.lead?.getLeads?.({ page: number, limit: 1, order: { param: 'id', type: 'asc' }, with: ['contacts'] });
			expect(await page(1)).toMatchObject({ _page: 1, _links: { next: { href: expect.stringContaining('page=2') } } });
			expect(firstId(await page(2), 'leads')).toBe(ids.otherLead);
			await expect(page(3)).rejects.toThrow('204 No Content');
			const filter = (by: { multi(key: string, values: unknown[]): unknown }) => by.multi('id', [ids.lead]);
			expect(rowsOf(await amo.lead?.getLeads?.({ filter }), 'leads')).toEqual([expect.objectContaining({ id: ids.lead })]);
		},
		async getLeadById({ amo, ids }) {
			const answer = await amo.lead?.getLeadById?.(ids.lead, { with: ['contacts', 'loss_reason'] });
			expect(answer).toMatchObject({
				name: 'First',
				price: 100,
				_embedded: { contacts: [{ id: ids.contact, is_main: true }], loss_reason: [] },
			});
		},
		async updateLeads({ amo, ids, emulator }) {
			await amo.lead?.updateLeads?.([
				{ id: ids.lead, price: 250 },
				{ id: ids.otherLead, status_id: 142 },
			]);
			expect(emulator.account.leads.get(ids.lead ?? 0)?.price).toBe(250);
			expect(emulator.account.leads.get(ids.otherLead ?? 0)?.status_id).toBe(142);
		},
		async updateLeadById({ amo, ids, emulator }) {
			await amo.lead?.updateLeadById?.(ids.lead, { name: 'Renamed' });
			expect(emulator.account.leads.get(ids.lead ?? 0)?.name).toBe('Renamed');
		},
		async addComplex({ amo }) {
			const answer = await amo.lead?.addComplex?.([
				{ name: 'Complex', _embedded: { contacts: [{ first_name: 'Bob' }], companies: [{ name: 'Bob Ltd' }] } },
			]);
			expect(answer).toEqual([
				{ id: expect.any(Number), contact_id: expect.any(Number), company_id: expect.any(Number), request_id: ['0'], merged: false },
			]);
		},
		async getLeadSubscriptionById({ amo, ids }) {
			const answer = await amo.lead?.getLeadSubscriptionById?.(ids.lead);
			expect(rowsOf(answer, 'subscriptions')).toEqual([{ subscriber_id: expect.any(Number), type: 'user' }]);
		},
	}),
	...callsOf<AmoContext>('link', {
		async addLinksByEntityId({ amo, ids }) {
			const answer = await amo.link?.addLinksByEntityId?.(ids.otherLead, 'leads', [
				{ to_entity_id: ids.contact, to_entity_type: 'contacts', metadata: { is_main: true } },
			]);
			expect(rowsOf(answer, 'links')).toMatchObject([{ to_entity_id: ids.contact, metadata: { main_contact: true } }]);
		},
		async addLinksByEntityType({ amo, ids }) {
			const answer = await amo.link?.addLinksByEntityType?.('leads', [
				{ entity_id: ids.otherLead, to_entity_id: ids.company, to_entity_type: 'companies' },
			]);
			expect(rowsOf(answer, 'links')).toMatchObject([{ entity_id: ids.otherLead, metadata: null }]);
		},
		async getLinksByEntityId({ amo, ids }) {
			expect(rowsOf(await amo.link?.getLinksByEntityId?.(ids.otherLead, 'leads'), 'links')).toHaveLength(2);
		},
		async getLinksByEntityType({ amo, ids }) {
			const filter = (by: { multi(key: string, values: unknown[]): unknown }) => by.multi('entity_id', [ids.lead, ids.otherLead]);
			const rows = rowsOf(await amo.link?.getLinksByEntityType?.('leads', { filter }), 'links');
			expect(rows).toEqual(
				expect.arrayContaining([expect.objectContaining({ entity_id: ids.lead }), expect.objectContaining({ entity_id: ids.otherLead })]),
			);
		},
		deleteLinksByEntityId: {
			fault: NO_CONTENT_FAULT,
			async run({ amo, ids, emulator }) {
				const unlink = amo.link?.deleteLinksByEntityId?.(ids.otherLead, 'leads', [
					{ to_entity_id: ids.contact, to_entity_type: 'contacts' },
				]);
				await expect(unlink).rejects.toThrow('204 No Content');
				expect(emulator.account.links.of({ type: 'leads', id: ids.otherLead ?? 0 }, 'contacts')).toEqual([]);
			},
		},
		deleteLinksByEntityType: {
			fault: NO_CONTENT_FAULT,
			async run({ amo, ids, emulator }) {
				const unlink = amo.link?.deleteLinksByEntityType?.('leads', [
					{ entity_id: ids.otherLead, to_entity_id: ids.company, to_entity_type: 'companies' },
				]);
				await expect(unlink).rejects.toThrow('204 No Content');
				expect(emulator.account.links.of({ type: 'leads', id: ids.otherLead ?? 0 }, 'companies')).toEqual([]);
			},
		},
	}),
	...callsOf<AmoContext>('task', {
		async addTasks({ amo, ids }) {
			const task = { text: 'Call', complete_till: 1_900_000_000, entity_id: ids.lead, entity_type: 'leads', task_type_id: 1 };
			ids.task = firstId(await amo.task?.addTasks?.([task]), 'tasks');
		},
		async getTasks({ amo, ids }) {
			const filter = (by: { single(key: string, value: unknown): unknown }) => by.single('is_completed', 0);
			expect(rowsOf(await amo.task?.getTasks?.({ filter, order: { param: 'complete_till', type: 'asc' } }), 'tasks')).toEqual([
				expect.objectContaining({ id: ids.task }),
			]);
		},
		async getTaskById({ amo, ids }) {
			expect(await amo.task?.getTaskById?.(ids.task)).toMatchObject({ text: 'Call', result: [], is_completed: false });
		},
		async updateTasks({ amo, ids }) {
			expect(rowsOf(await amo.task?.updateTasks?.([{ id: ids.task, text: 'Call again' }]), 'tasks')).toMatchObject([
				{ id: ids.task, request_id: '0' },
			]);
		},
		async updateTaskById({ amo, ids, emulator }) {
			await amo.task?.updateTaskById?.(ids.task, { task_type_id: 2 });
			expect(emulator.account.tasks.get(ids.task ?? 0)).toMatchObject({ text: 'Call again', task_type_id: 2 });
		},
		async completeTasks({ amo, ids, emulator }) {
			await amo.task?.completeTasks?.([{ id: ids.task, is_completed: true, result: { text: 'Done' } }]);
			expect(emulator.account.tasks.get(ids.task ?? 0)).toMatchObject({ is_completed: true, result: { text: 'Done' } });
		},
		async completeTaskById({ amo, ids, emulator }) {
			await amo.task?.completeTaskById?.(ids.task, { is_completed: true, result: { text: 'Really done' } });
			expect(emulator.account.tasks.get(ids.task ?? 0)?.result).toEqual({ text: 'Really done' });
		},
	}),
	...callsOf<AmoContext>('note', {
		async addNotes({ amo, ids }) {
			ids.note = firstId(
				await amo.note?.addNotes?.('leads', [{ entity_id: ids.lead, note_type: 'common', params: { text: 'Hello' } }]),
				'notes',
			);
		},
		async getNotesByEntityType({ amo, ids }) {
			const filter = (by: { single(key: string, value: unknown): unknown }) => by.single('note_type', 'common');
			expect(rowsOf(await amo.note?.getNotesByEntityType?.('leads', { filter }), 'notes')).toMatchObject([
				{ id: ids.note, params: { text: 'Hello' } },
			]);
		},
		async getNotesByEntityId({ amo, ids }) {
			expect(rowsOf(await amo.note?.getNotesByEntityId?.(ids.lead, 'leads'), 'notes')).toHaveLength(1);
		},
		async getNotesById({ amo, ids }) {
			expect(await amo.note?.getNotesById?.(ids.note, 'leads')).toMatchObject({ entity_id: ids.lead, note_type: 'common' });
		},
		async updateNotes({ amo, ids, emulator }) {
			await amo.note?.updateNotes?.('leads', [{ id: ids.note, entity_id: ids.lead, note_type: 'common', params: { text: 'Hello again' } }]);
			expect(emulator.account.notes.get(ids.note ?? 0)?.params).toMatchObject({ text: 'Hello again' });
		},
		async updateNoteById({ amo, ids, emulator }) {
			await amo.note?.updateNoteById?.(ids.note, 'leads', { entity_id: ids.lead, note_type: 'common', params: { text: 'Bye' } });
			expect(emulator.account.notes.get(ids.note ?? 0)?.params).toMatchObject({ text: 'Bye' });
		},
	}),
	...callsOf<AmoContext>('tag', {
		async addTags({ amo, ids }) {
			ids.tag = firstId(await amo.tag?.addTags?.('leads', [{ name: 'vip' }]), 'tags');
		},
		async getTags({ amo, ids }) {
			expect(rowsOf(await amo.tag?.getTags?.('leads', { query: 'vip' }), 'tags')).toEqual([
				expect.objectContaining({ id: ids.tag, name: 'vip' }),
			]);
		},
		async addTagsToEntities({ amo, ids, emulator }) {
			await amo.tag?.addTagsToEntities?.('leads', [{ id: ids.lead, _embedded: { tags: [{ id: ids.tag }] } }]);
			expect(emulator.account.leads.get(ids.lead ?? 0)?.tag_ids).toEqual([ids.tag]);
		},
		async addTagsToEntitiesById({ amo, ids, emulator }) {
			await amo.tag?.addTagsToEntitiesById?.(ids.otherLead, 'leads', { _embedded: { tags: [{ name: 'new' }] } });
			expect(emulator.account.leads.get(ids.otherLead ?? 0)?.tag_ids).toHaveLength(1);
		},
		async deleteTagsFromEntities({ amo, ids, emulator }) {
			await amo.tag?.deleteTagsFromEntities?.('leads', [{ id: ids.lead, _embedded: { tags: null } }]);
			expect(emulator.account.leads.get(ids.lead ?? 0)?.tag_ids).toEqual([]);
		},
		async deleteTagsToEntitiesById({ amo, ids, emulator }) {
			await amo.tag?.deleteTagsToEntitiesById?.(ids.otherLead, 'leads', { _embedded: { tags: null } });
			expect(emulator.account.leads.get(ids.otherLead ?? 0)?.tag_ids).toEqual([]);
		},
	}),
	...callsOf<AmoContext>('event', {
		async getEvents({ amo, ids, texts }) {
			const filter = (by: { single(key: string, value: unknown): unknown }) => by.single('type', 'lead_status_changed');
			const [event] = rowsOf(await amo.event?.getEvents?.({ filter }), 'events');
			expect(event).toMatchObject({ entity_id: ids.otherLead, entity_type: 'lead', value_after: [{ lead_status: { id: 142 } }] });
			texts.event = String(event?.id);
		},
		async getEventById({ amo, texts }) {
			expect(await amo.event?.getEventById?.(texts.event)).toMatchObject({ id: texts.event, type: 'lead_status_changed' });
		},
		async getEventsTypes({ amo }) {
			expect(rowsOf(await amo.event?.getEventsTypes?.('en'), 'events_types')).toEqual(
				expect.arrayContaining([expect.objectContaining({ key: 'lead_added', type: 1 })]),
			);
		},
	}),
	...callsOf<AmoContext>('unsorted', {
		async addUnsortedForm({ amo, ids, texts }) {
			const metadata = {
				form_id: 'f1',
				form_name: 'Order',
				form_page: 'https://shop.example',
				ip: '192.0.2.1',
				form_sent_at: 1_760_000_000,
				referer: 'https://shop.example',
			};
			const forms = ['a', 'b'].map((uid) => ({
				source_uid: uid,
				source_name: 'Shop',
				metadata,
				_embedded: { leads: [{ name: `Order ${uid}` }], contacts: [{ name: 'Guest' }] },
			}));
			const rows = rowsOf(await amo.unsorted?.addUnsortedForm?.(forms), 'unsorted');
			[texts.accepted = '', texts.declined = ''] = rows.map(({ uid = '' }) => uid);
			ids.unsortedCount = rows.length;
		},
		async addUnsortedSip({ amo, ids }) {
			const metadata = {
				phone: '+15550009911',
				called_at: 1_760_000_000,
				duration: 10,
				link: 'https://pbx.example/1.mp3',
				service_code: 'pbx',
				uniq: 'c1',
				from: 'site',
			};
			const rows = rowsOf(
				await amo.unsorted?.addUnsortedSip?.([
					{ source_uid: 's', source_name: 'PBX', metadata, _embedded: { leads: [{ name: 'Caller' }] } },
				]),
				'unsorted',
			);
			expect(rows).toHaveLength(1);
			ids.unsortedCount = (ids.unsortedCount ?? 0) + rows.length;
		},
		async getUnsorted({ amo, ids }) {
			expect(rowsOf(await amo.unsorted?.getUnsorted?.(), 'unsorted')).toHaveLength(ids.unsortedCount ?? 0);
		},
		async getUnsortedByUid({ amo, texts }) {
			expect(await amo.unsorted?.getUnsortedByUid?.(texts.accepted)).toMatchObject({
				uid: texts.accepted,
				category: 'forms',
				source_name: 'Shop',
			});
		},
		async getUnsortedSummary({ amo, ids }) {
			expect(await amo.unsorted?.getUnsortedSummary?.()).toMatchObject({
				total: ids.unsortedCount,
				categories: { forms: { total: 2 }, sip: { total: 1 } },
			});
		},
		async acceptUnsortedByUid({ amo, texts, emulator }) {
			const answer = await amo.unsorted?.acceptUnsortedByUid?.(texts.accepted, {});
			expect(emulator.account.leads.get(firstId(answer, 'leads'))).toMatchObject({ name: 'Order a', is_unsorted: false });
		},
		async declineUnsortedByUid({ amo, texts }) {
			expect(await amo.unsorted?.declineUnsortedByUid?.(texts.declined, {})).toMatchObject({ uid: texts.declined, category: 'forms' });
		},
		async linkUnsortedByUid({ amo, ids, texts, emulator }) {
			const { unsorted } = emulator.account;
			const lead = emulator.account.leads.get(ids.lead ?? 0);
			const row = unsorted.add({
				id: unsorted.nextId(),
				uid: 'c'.repeat(40),
				source_uid: 'chat',
				source_name: 'Chat',
				category: 'chats',
				pipeline_id: lead?.pipeline_id ?? 0,
				created_at: 1_760_000_000,
				metadata: { service: 'telegram' },
				lead_id: ids.otherLead ?? 0,
				contact_id: ids.contact ?? 0,
				company_id: null,
				state: 'open',
				closed_at: null,
			});
			texts.chatUnsorted = row.uid;
			expect(await amo.unsorted?.linkUnsortedByUid?.(row.uid, { link: { entity_id: ids.lead, entity_type: 'leads' } })).toMatchObject({
				uid: row.uid,
				_embedded: { leads: [{ id: ids.lead }] },
			});
		},
	}),
	...callsOf<AmoContext>('call', {
		async addCalls({ amo, ids }) {
			const call = { direction: 'inbound', duration: 30, source: 'pbx', phone: '+15550001122', call_status: 4, uniq: 'x1' };
			const rows = rowsOf(await amo.call?.addCalls?.([call]), 'calls');
			expect(rows).toEqual([expect.objectContaining({ entity_id: expect.any(Number), request_id: '0' })]);
			ids.call = rows[0]?.id ?? 0;
		},
	}),
];
