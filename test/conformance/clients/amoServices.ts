import type { AmoContext } from './amoContext';
import { openReceiver } from '../../../emulator/testing/receiver';
import { callsOf, firstId, only, rowsOf, uncovered } from './calls';

/** @shevernitskiy/amo: people, subscriptions, files and the smaller services. */

export const SERVICES = [
	...callsOf<AmoContext>('user', {
		async getUsers({ amo }) {
			expect(rowsOf(await amo.user?.getUsers?.({ with: ['role', 'group'] }), 'users')).toHaveLength(3);
		},
		async getUserById({ amo, emulator }) {
			const [id] = [...emulator.account.users.keys()];
			expect(await amo.user?.getUserById?.(id)).toMatchObject({ id, rights: { is_admin: true } });
		},
		async addUsers({ amo, emulator }) {
			const rights = [...emulator.account.roles.values()][0]?.rights;
			const answer = await amo.user?.addUsers?.([
				{
					name: 'New Person',
					email: 'new@demo.example',
					password: 'Passw0rd',
					lang: 'en',
					rights: { ...rights, is_admin: false, is_free: false },
				},
			]);
			expect(emulator.account.users.get(firstId(answer, 'users'))).toMatchObject({ email: 'new@demo.example' });
		},
		async addRoles({ amo, ids, emulator }) {
			const rights = [...emulator.account.roles.values()][0]?.rights;
			ids.role = firstId(await amo.user?.addRoles?.([{ name: 'Carpenter', rights }]), 'roles');
		},
		async getRoles({ amo, ids }) {
			expect(rowsOf(await amo.user?.getRoles?.({ with: ['users'] }), 'roles')).toEqual(
				expect.arrayContaining([expect.objectContaining({ id: ids.role })]),
			);
		},
		async getRoleById({ amo, ids }) {
			expect(await amo.user?.getRoleById?.(ids.role)).toMatchObject({ name: 'Carpenter' });
		},
		async updateRoleById({ amo, ids, emulator }) {
			await amo.user?.updateRoleById?.(ids.role, { name: 'Joiner' });
			expect(emulator.account.roles.get(ids.role ?? 0)?.name).toBe('Joiner');
		},
		async deleteRoleById({ amo, ids, emulator }) {
			await amo.user?.deleteRoleById?.(ids.role);
			expect(emulator.account.roles.has(ids.role ?? 0)).toBe(false);
		},
	}),
	...callsOf<AmoContext>('webhook', {
		async addWebhook({ amo }) {
			expect(await amo.webhook?.addWebhook?.({ destination: 'https://hooks.example/a', settings: ['add_lead'], sort: 10 })).toMatchObject({
				destination: 'https://hooks.example/a',
				disabled: false,
			});
		},
		async getWebhooks({ amo }) {
			expect(rowsOf(await amo.webhook?.getWebhooks?.(), 'webhooks')).toMatchObject([{ settings: ['add_lead'] }]);
		},
		async deleteWebhook({ amo, emulator }) {
			await amo.webhook?.deleteWebhook?.({ destination: 'https://hooks.example/a' });
			expect(emulator.account.webhooks.size).toBe(0);
		},
	}),
	...callsOf<AmoContext>('widget', {
		async getWidgets({ amo, emulator, texts }) {
			const { widgets } = emulator.account;
			texts.widget = [...widgets.values()][0]?.code ?? 'test_widget';
			if (widgets.size === 0) {
				widgets.add({
					id: widgets.nextId(),
					code: 'test_widget',
					version: '1.0.0',
					rating: '0',
					is_lead_source: false,
					is_work_with_dp: false,
					is_crm_template: false,
					client_uuid: null,
					is_active_in_account: false,
					pipeline_id: null,
					settings: null,
					settings_template: [{ key: 'login', name: 'Login', type: 'text', is_required: true }],
				});
			}
			expect(rowsOf(await amo.widget?.getWidgets?.(), 'widgets')).toEqual(
				expect.arrayContaining([expect.objectContaining({ code: texts.widget })]),
			);
		},
		async getWidgetByCode({ amo, texts }) {
			expect(await amo.widget?.getWidgetByCode?.(texts.widget)).toMatchObject({ code: texts.widget });
		},
		async addWidgetByCode({ amo, texts, emulator }) {
			const widget = [...emulator.account.widgets.values()].find(({ code }) => code === texts.widget);
			const settings = Object.fromEntries((widget?.settings_template ?? []).map(({ key }) => [key, 'anna']));
			expect(await amo.widget?.addWidgetByCode?.(texts.widget, settings)).toMatchObject({ code: texts.widget, settings });
		},
		async deleteWidgetByCode({ amo, texts, emulator }) {
			await amo.widget?.deleteWidgetByCode?.(texts.widget);
			expect([...emulator.account.widgets.values()].find(({ code }) => code === texts.widget)?.is_active_in_account).toBe(false);
		},
	}),
	...callsOf<AmoContext>('talk', {
		async getTalkById({ amo, emulator, ids }) {
			const { talks } = emulator.account;
			ids.talk = talks.add({
				id: talks.nextId(),
				created_at: 1_760_000_000,
				updated_at: 1_760_000_000,
				rate: 0,
				contact_id: ids.contact ?? 0,
				chat_id: 'cccc',
				entity_id: ids.lead ?? 0,
				entity_type: 'lead',
				is_in_work: true,
				is_read: false,
				origin: 'telegram',
				missed_at: null,
			}).id;
			expect(await amo.talk?.getTalkById?.(ids.talk)).toMatchObject({ talk_id: ids.talk, is_in_work: true });
		},
		closeTalkById: {
			fault: 'reads JSON from the empty 202',
			async run({ amo, emulator, ids }) {
				await expect(amo.talk?.closeTalkById?.(ids.talk, { force_close: true })).rejects.toThrow(/JSON/);
				expect(emulator.account.talks.get(ids.talk ?? 0)?.is_in_work).toBe(false);
			},
		},
	}),
	...callsOf<AmoContext>('source', {
		async addSources({ amo, ids }) {
			const rows = rowsOf(
				await amo.source?.addSources?.([
					{ name: 'Shop', external_id: 'shop' },
					{ name: 'Fair', external_id: 'fair' },
				]),
				'sources',
			);
			[ids.source, ids.otherSource] = rows.map(({ id }) => id) as [number, number];
		},
		async getSources({ amo }) {
			expect(rowsOf(await amo.source?.getSources?.(), 'sources')).toHaveLength(2);
		},
		async getSourceById({ amo, ids }) {
			expect(await amo.source?.getSourceById?.(ids.source)).toMatchObject({ name: 'Shop', external_id: 'shop' });
		},
		async updateSources({ amo, ids }) {
			expect(rowsOf(await amo.source?.updateSources?.([{ id: ids.source, name: 'Web shop' }]), 'sources')).toMatchObject([
				{ name: 'Web shop' },
			]);
		},
		async updateSourceById({ amo, ids }) {
			expect(await amo.source?.updateSourceById?.(ids.source, { name: 'Online shop' })).toMatchObject({ name: 'Online shop' });
		},
		async deleteSources({ amo, ids }) {
			await amo.source?.deleteSources?.([{ id: ids.otherSource }]);
			expect(rowsOf(await amo.source?.getSources?.(), 'sources')).toHaveLength(1);
		},
		async deleteSourceById({ amo, ids }) {
			await amo.source?.deleteSourceById?.(ids.source);
			await expect(amo.source?.getSources?.()).rejects.toThrow('204 No Content');
		},
	}),
	...callsOf<AmoContext>('short_link', {
		async createShortLinks({ amo, ids }) {
			const answer = await amo.short_link?.createShortLinks?.([
				{ url: 'https://shop.example/long', metadata: { entity_type: 'contacts', entity_id: ids.contact } },
			]);
			expect(rowsOf(answer, 'short_links')).toMatchObject([
				{ url: expect.stringMatching(/^https:\/\//), metadata: { entity_id: ids.contact } },
			]);
		},
	}),
	...callsOf<AmoContext>('chat_template', {
		async addChatTemplates({ amo, ids }) {
			const rows = rowsOf(
				await amo.chat_template?.addChatTemplates?.(
					[1, 2, 3].map((number) => ({ name: `T${number}`, content: 'Hello', is_editable: true })),
				),
				'chat_templates',
			);
			[ids.template, ids.secondTemplate, ids.thirdTemplate] = rows.map(({ id }) => id) as [number, number, number];
		},
		async getChatTemplates({ amo }) {
			expect(rowsOf(await amo.chat_template?.getChatTemplates?.(), 'chat_templates')).toHaveLength(3);
		},
		async getChatTemplateById({ amo, ids }) {
			expect(await amo.chat_template?.getChatTemplateById?.(ids.template)).toMatchObject({ name: 'T1' });
		},
		async updateChatTemplates({ amo, ids }) {
			expect(
				rowsOf(await amo.chat_template?.updateChatTemplates?.([{ id: ids.template, name: 'Greeting' }]), 'chat_templates'),
			).toMatchObject([{ name: 'Greeting' }]);
		},
		async updateChatTemplateById({ amo, ids }) {
			expect(await amo.chat_template?.updateChatTemplateById?.(ids.template, { content: 'Good day' })).toMatchObject({
				content: 'Good day',
			});
		},
		async deleteChatTemplates({ amo, ids, emulator }) {
			await amo.chat_template?.deleteChatTemplates?.([{ id: ids.secondTemplate }]);
			expect(emulator.account.chatTemplates.size).toBe(2);
		},
		async deleteChatTemplateById({ amo, ids, emulator }) {
			await amo.chat_template?.deleteChatTemplateById?.(ids.thirdTemplate);
			expect(emulator.account.chatTemplates.size).toBe(1);
		},
	}),
	...callsOf<AmoContext>('salesbot', {
		async runTask({ amo, emulator, ids }) {
			const { bots, botRuns } = emulator.account;
			const bot = [...bots.values()][0] ?? bots.add({ id: bots.nextId(), name: 'Greeter', type: 'regular' });
			await amo.salesbot?.runTask?.([{ bot_id: bot.id, entity_id: ids.lead, entity_type: 2 }]);
			expect([...botRuns.values()]).toMatchObject([{ bot_id: bot.id, entity_id: ids.lead, entity_type: 2 }]);
		},
	}),
	...callsOf<AmoContext>('file', {
		async createSession({ file, texts }) {
			const session = (await file.createSession?.({ file_name: 'plan.txt', file_size: 5, content_type: 'text/plain' })) as {
				upload_url: string;
			};
			expect(session).toMatchObject({ session_id: expect.any(Number), max_file_size: 314_572_800, max_part_size: expect.any(Number) });
			texts.upload = session.upload_url;
		},
		uploadFileChunk: {
			fault: 'posts no bytes, and to /v1.0/upload/ instead of the upload_url that the session names',
			async run({ file, texts }) {
				await expect(file.uploadFileChunk?.(texts.upload?.split('/').at(-1))).rejects.toThrow();
				const uploaded = await fetch(texts.upload ?? '', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'hello' });
				texts.file = ((await uploaded.json()) as { uuid: string }).uuid;
			},
		},
		async getFiles({ file, texts }) {
			expect(rowsOf(await file.getFiles?.(), 'files')).toMatchObject([{ uuid: texts.file, size: 5 }]);
		},
		async getFileByUUID({ file, texts }) {
			expect(await file.getFileByUUID?.(texts.file)).toMatchObject({ uuid: texts.file, metadata: { mime_type: 'text/plain' } });
		},
		async updateFileByUUID({ file, texts }) {
			expect(await file.updateFileByUUID?.(texts.file, { name: 'drawing' })).toMatchObject({ name: 'drawing' });
		},
		async getFileVersionByUUID({ file, texts }) {
			expect(await file.getFileVersionByUUID?.(texts.file)).toMatchObject({ _embedded: expect.anything() });
		},
		linkEntityFiles: {
			fault: 'reads JSON from the empty 202',
			async run({ file, ids, texts, emulator }) {
				await expect(file.linkEntityFiles?.(ids.lead, 'leads', [{ file_uuid: texts.file }])).rejects.toThrow(/JSON/);
				expect(emulator.account.attachments.size).toBe(1);
			},
		},
		async getEntityFiles({ file, ids, texts }) {
			expect(rowsOf(await file.getEntityFiles?.(ids.lead, 'leads'), 'files')).toMatchObject([{ file_uuid: texts.file }]);
		},
		async getFileEntities({ file, ids, texts }) {
			expect(await file.getFileEntities?.(texts.file)).toMatchObject({ entities: [{ entity_id: ids.lead }] });
		},
		unlinkEntityFiles: {
			fault: 'reads JSON from the empty 202',
			async run({ file, ids, texts, emulator }) {
				await expect(file.unlinkEntityFiles?.(ids.lead, 'leads', [{ file_uuid: texts.file }])).rejects.toThrow(/JSON/);
				expect(emulator.account.attachments.size).toBe(0);
			},
		},
		async deleteFiles({ file, texts, emulator }) {
			await file.deleteFiles?.([{ uuid: texts.file }]);
			expect([...emulator.account.files.values()][0]?.deleted_at).not.toBeNull();
		},
		async restoreFiles({ file, texts, emulator }) {
			await file.restoreFiles?.([{ uuid: texts.file }]);
			expect([...emulator.account.files.values()][0]?.deleted_at).toBeNull();
		},
	}),
	...callsOf<AmoContext>('raw', {
		async post({ amo, emulator, texts }) {
			texts.rawReason = String(
				firstId(await amo.raw?.post?.({ url: '/api/v4/leads/loss_reasons', payload: [{ name: 'Late' }] }), 'loss_reasons'),
			);
			expect(emulator.account.lossReasons.get(Number(texts.rawReason))?.name).toBe('Late');
		},
		async get({ amo, texts }) {
			expect(await amo.raw?.get?.({ url: `/api/v4/leads/loss_reasons/${texts.rawReason}` })).toMatchObject({ name: 'Late' });
		},
		async patch({ amo, ids, emulator }) {
			await amo.raw?.patch?.({ url: `/api/v4/leads/${ids.lead}`, payload: { price: 990 } });
			expect(emulator.account.leads.get(ids.lead ?? 0)?.price).toBe(990);
		},
		async delete({ amo, emulator, texts }) {
			await amo.raw?.delete?.({ url: `/api/v4/leads/loss_reasons/${texts.rawReason}` });
			expect(emulator.account.lossReasons.has(Number(texts.rawReason))).toBe(false);
		},
		put: {
			fault: 'reads JSON from the empty 202 of the only route that takes PUT',
			async run({ amo, ids, texts, emulator }) {
				await expect(amo.raw?.put?.({ url: `/api/v4/leads/${ids.lead}/files`, payload: [{ file_uuid: texts.file }] })).rejects.toThrow(/JSON/);
				expect(emulator.account.attachments.size).toBe(1);
			},
		},
	}),
	...uncovered('raw', 'part of the machinery; every other call goes through it', [
		'request',
		'authorization',
		'checkToken',
		'checkError',
		'isOAuth',
		'isOAuthCode',
	]),
	...callsOf<AmoContext>('amo', {
		/** The whole way: subscribed, delivered by the emulator, handed to the client as its README says. */
		webhookHandler: {
			fault: 'reads JSON where amoCRM sends a form, so that no event is ever emitted',
			async run({ amo, client, ids, emulator }) {
				const receiver = await openReceiver();
				try {
					await amo.webhook?.addWebhook?.({ destination: receiver.url, settings: ['status_lead'], sort: 1 });
					await amo.lead?.updateLeadById?.(ids.lead, { status_id: 142 });
					await emulator.deliveries.settled();
					const { raw, type, get } = only(receiver.hooks);
					expect(get('leads[status][0][id]')).toBe(String(ids.lead));
					const hook = new Request('http://hooks.example', { method: 'POST', headers: { 'content-type': type }, body: raw });
					await expect(client.webhookHandler()(hook)).rejects.toThrow('is not valid JSON');
				} finally {
					await receiver.close();
				}
			},
		},
		/** One call makes the files' category; `file.*` above is what it gives. */
		file: ({ client, file }) => expect(client.file('')).toBe(file),
	}),
];
