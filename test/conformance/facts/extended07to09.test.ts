import { createHash } from 'node:crypto';
import { rows, useBench } from '../../../emulator/testing/client';

/** Calls, talks, sources, buttons, links, widgets, bots, templates, files, deletion. */

const bench = useBench();
const { api, create, errors } = bench;

describe('extended 7.1 calls', () => {
	const call = (phone: string) => ({ direction: 'inbound', duration: 10, source: 'pbx', phone });
	const withPhone = { name: 'Ann', custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+7 (999) 123-45-67' }] }] };

	it('extended 7.1 a call finds its card by the last ten digits', async () => {
		const contact = await create('/contacts', withPhone);
		expect(rows(await api('POST', '/calls', [call('89991234567')]), 'calls')[0]).toMatchObject({ entity_id: contact, entity_type: 'contact' });
		const lead = await create('/leads', { _embedded: { contacts: [{ id: contact }] } });
		expect(rows(await api('POST', '/calls', [call('89991234567')]), 'calls')[0]).toMatchObject({ entity_id: lead, entity_type: 'lead' });
		await create('/leads', { _embedded: { contacts: [{ id: contact }] } });
		expect(rows(await api('POST', '/calls', [call('89991234567')]), 'calls')[0]).toMatchObject({ entity_id: contact });
		expect(rows(await api('GET', `/leads/${lead}/notes`), 'notes')[0]).toMatchObject({ note_type: 'call_in', created_by: 0, params: { phone: '89991234567' } });
	});

	it('extended 7.1 calls that all have no card are a 400 with errors, or a 200 by the switch; some of them are a 200', async () => {
		await create('/contacts', withPhone);
		const mixed = await api('POST', '/calls', [call('89991234567'), { ...call('1'), request_id: 'lost' }]);
		expect(mixed).toMatchObject({ status: 200, body: { _total_items: 1, errors: [{ request_id: 'lost', status: 263 }] } });
		const lost = { _total_items: 0, errors: [{ request_id: '0', status: 263, title: 'Entity not found', detail: expect.any(String) }] };
		expect(await api('POST', '/calls', [call('1')])).toMatchObject({ status: 400, body: lost });
		bench.emulator.switches.unmatchedCall = 'errors';
		expect(await api('POST', '/calls', [call('1')])).toMatchObject({ status: 200, body: lost });
		expect((await api('DELETE', '/calls/1')).status).toBe(404);
	});
});

describe('extended 7.2 talks', () => {
	it('extended 7.2 a talk opens with a message, is read, and closed with 202, or 200 by the switch', async () => {
		const contact = await create('/contacts', { name: 'Ann' });
		const lead = await create('/leads', { _embedded: { contacts: [{ id: contact }] } });
		const sent = await bench.call('POST', '/__emulator/ui/messages', { contactId: contact, text: 'Hi' });
		const { talk_id, chat_id } = sent.body;
		expect((await api('GET', `/talks/${String(talk_id)}`)).body).toMatchObject({
			talk_id,
			contact_id: contact,
			entity_id: lead,
			entity_type: 'lead',
			is_in_work: true,
			is_read: false,
			_embedded: { contacts: [{ id: contact }], leads: [{ id: lead }] },
		});
		expect(rows(await api('GET', `/contacts/chats?contact_id[]=${contact}`), 'chats')).toMatchObject([{ chat_id, contact_id: contact }]);
		expect((await api('POST', `/talks/${String(talk_id)}/close`, { force_close: true })).status).toBe(202);
		expect((await api('GET', `/talks/${String(talk_id)}`)).body).toMatchObject({ is_in_work: false });
		expect((await api('POST', `/talks/${String(talk_id)}/close`, { force_close: true })).status).toBe(422);
		bench.emulator.switches.talkCloseStatus = 200;
		const next = (await bench.call('POST', '/__emulator/ui/messages', { contactId: contact, text: 'Still there?' })).body.talk_id;
		expect(await api('POST', `/talks/${String(next)}/close`, { force_close: false })).toMatchObject({ status: 200, body: { talk_id: next } });
		expect((await api('GET', '/talks/1')).status).toBe(404);
		const types = rows(await api('GET', '/events'), 'events').map(({ type }) => type);
		expect(types).toEqual(expect.arrayContaining(['talk_created', 'incoming_chat_message', 'talk_closed']));
		const other = await create('/contacts', { name: 'Bob' });
		expect(rows(await api('POST', '/contacts/chats', [{ contact_id: other, chat_id }]), 'chats')).toMatchObject([{ contact_id: other, request_id: '0' }]);
	});
});

describe('extended 7.3 sources', () => {
	it('extended 7.3 sources keep one default, refuse a taken external id, come back under their old id', async () => {
		const one = await create('/sources', { name: 'A', external_id: 'a', default: true });
		const two = await create('/sources', { name: 'B', external_id: 'b', default: true });
		expect(rows(await api('GET', '/sources?filter[external_id][]=a'), 'sources')).toMatchObject([{ id: one, default: false }]);
		expect((await api('POST', '/sources', [{ name: 'C', external_id: 'b' }])).body).toMatchObject({ 'validation-errors': [{ errors: [{ code: 'SourceAlreadyExists' }] }] });
		expect((await api('DELETE', '/sources', [{ id: two }])).status).toBe(204);
		expect((await api('GET', `/sources/${two}`)).status).toBe(204);
		expect(await create('/sources', { name: 'B', external_id: 'b' })).toBe(two);
		const lead = await create('/leads', { _embedded: { source: { type: 'widget', external_id: 'a' } } });
		const read = await api('GET', `/leads/${lead}?with=source,source_id`);
		expect(read.body).toMatchObject({ source_id: one, _embedded: { source: { id: one, name: 'A' } } });
	});
});

it('extended 7.4 website buttons go by the id of their source', async () => {
	const [pipeline_id] = [...bench.emulator.account.pipelines.keys()];
	const made = await api('POST', '/website_buttons', { pipeline_id, trusted_websites: ['a.example'] });
	const id = made.body.source_id;
	expect((await api('PATCH', `/website_buttons/${String(id)}`, { trusted_websites: { add: ['b.example'] } })).body).toMatchObject({ trusted_websites: ['a.example', 'b.example'] });
	expect((await api('POST', `/website_buttons/${String(id)}/online_chat`)).status).toBe(202);
	expect((await api('GET', `/website_buttons/${String(id)}?with=scripts`)).body).toMatchObject({ button_id: null, creation_status: 'pending' });
	bench.emulator.switches.buttonsTakeSeconds = 0;
	expect(rows(await api('GET', '/website_buttons?with=scripts'), 'website_buttons')).toMatchObject([{ source_id: id, script: expect.any(String) }]);
});

it('extended 7.5 short links come in order, without id and request_id', async () => {
	const entity_id = await create('/contacts', { name: 'Ann' });
	const link = (url: string) => ({ url, metadata: { entity_type: 'contacts', entity_id } });
	const answer = await api('POST', '/short_links', [link('https://a.example'), link('https://b.example')]);
	expect(rows(answer, 'short_links')).toEqual([1, 2].map(() => ({ url: expect.stringContaining('https://amo.sh/'), account_id: expect.any(Number), metadata: { entity_type: 'contacts', entity_id } })));
});

describe('extended 7.6 and 7.7 widgets and bots', () => {
	it('extended 7.7 bots run over v2 with 202', async () => {
		const lead = await create('/leads');
		const [bot] = [...bench.emulator.account.bots.keys()];
		const run = (body: object) => bench.call('POST', '/api/v2/salesbot/run', [body]);
		expect(await run({ bot_id: bot, entity_id: lead, entity_type: 2 })).toMatchObject({ status: 202, body: { success: true } });
		expect([...bench.emulator.account.botRuns.values()]).toMatchObject([{ bot_id: bot, entity_id: lead, entity_type: 2 }]);
		expect((await run({ bot_id: 1, entity_id: lead, entity_type: 2 })).status).toBe(400);
	});

	it('extended 7.6 widgets are installed with their settings, and continue a waiting bot', async () => {
		expect((await api('POST', '/widgets/demo_widget', { api_key: 'k' })).body).toMatchObject({ 'validation-errors': [{ errors: [{ code: 'FieldMissing', path: 'login' }] }] });
		expect((await api('POST', '/widgets/demo_widget', { login: 'me' })).body).toMatchObject({ is_active_in_account: true, settings: { login: 'me' } });
		expect((await api('DELETE', '/widgets/demo_widget')).status).toBe(204);
		expect((await api('GET', '/widgets/none')).status).toBe(404);
		const lead = await create('/leads');
		const [bot] = [...bench.emulator.account.bots.keys()];
		await bench.call('POST', '/api/v2/salesbot/run', [{ bot_id: bot, entity_id: lead, entity_type: 2 }]);
		const [step] = [...bench.emulator.account.botRuns.keys()];
		const show = { handler: 'show', params: { type: 'text', value: 'Hello' } };
		expect((await api('POST', `/salesbot/${bot}/continue/${step}`, { data: {}, execute_handlers: [show] })).status).toBe(202);
		expect((await api('POST', `/salesbot/${bot}/continue/999`, {})).status).toBe(404);
		const long = { ...show, params: { type: 'text', value: 'x'.repeat(81) } };
		expect((await api('POST', `/salesbot/${bot}/continue/${step}`, { execute_handlers: [long] })).status).toBe(400);
	});
});

describe('extended 8 files', () => {
	const upload = async (content: Buffer, session: object) => {
		const drive = String((await api('GET', '/account?with=drive_url')).body.drive_url);
		expect(new URL(drive).port).not.toBe(new URL(bench.emulator.url).port);
		const opened = (await bench.call('POST', `${drive}/v1.0/sessions`, { file_size: content.length, ...session })).body;
		const size = Number(opened.max_part_size);
		let answer: Record<string, unknown> = { next_url: opened.upload_url };
		for (let at = 0; at < content.length; at += size) {
			answer = (await bench.call('POST', String(answer.next_url), content.subarray(at, at + size), { 'content-type': 'image/png' })).body;
		}
		return { drive, file: answer };
	};

	it('extended 8 files go up in parts, come down whole, and hang on cards', async () => {
		const content = Buffer.alloc(1_200_000, 'amo');
		const { drive, file } = await upload(content, { file_name: 'scan 1.png', content_type: 'image/png' });
		expect(file).toMatchObject({ name: 'scan 1', sanitized_name: 'scan_1', size: 1_200_000, type: 'image', metadata: { extension: 'png' }, is_trashed: false });
		const link = (file._links as Record<string, { href: string }>).download?.href ?? '';
		expect(Buffer.from(await (await fetch(link)).arrayBuffer()).equals(content)).toBe(true);
		const { uuid } = file;
		const lead = await create('/leads');
		expect(await api('PUT', `/leads/${lead}/files`, [{ file_uuid: uuid }])).toEqual({ status: 202, type: '', body: { text: '' } });
		expect(rows(await api('GET', `/leads/${lead}/files`), 'files')).toMatchObject([{ file_uuid: uuid }]);
		expect((await api('GET', `/files/${String(uuid)}/links`)).body).toEqual({ file_uuid: uuid, entities: [{ entity_id: lead, entity_type: 'leads' }] });
		expect((await api('DELETE', `/leads/${lead}/files`, [{ file_uuid: uuid }])).status).toBe(202);
		expect((await api('GET', `/leads/${lead}/files`)).status).toBe(204);
		expect((await api('PUT', '/leads/1/files', [{ file_uuid: uuid }])).status).toBe(404);
		const again = await upload(Buffer.from('second'), { file_name: 'scan 1.png', file_uuid: uuid });
		expect(again.file).toMatchObject({ uuid, has_multiple_versions: true, size: 6 });
		expect((await bench.call('PATCH', `${drive}/v1.0/files/${String(uuid)}`, { name: 'renamed' })).body).toMatchObject({ name: 'renamed' });
		expect((await bench.call('DELETE', `${drive}/v1.0/files`, [{ uuid }])).status).toBe(204);
		expect((await bench.call('GET', `${drive}/v1.0/files`)).status).toBe(204);
		expect(rows(await bench.call('POST', `${drive}/v1.0/files/restore`, [{ uuid }]), 'files')).toMatchObject([{ uuid, is_trashed: false }]);
		expect(rows(await bench.call('GET', `${drive}/v1.0/files?filter[uuid]=${String(uuid)}&filter[extensions][]=png`), 'files')).toHaveLength(1);
	});

	it('extended 8 a picture has a preview of its size where one was asked for', async () => {
		const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAC0lEQVR4nGNgQAcAABIAAaRlKVkAAAAASUVORK5CYII=', 'base64');
		const named = { file_name: 'a.png', content_type: 'image/png' };
		const { file } = await upload(picture, { ...named, with_preview: true });
		expect(file.previews).toEqual([{ download_link: expect.stringMatching(/^http.*\/a\.png$/), width: 3, height: 2 }]);
		expect((await upload(picture, named)).file.previews).toBeNull();
		expect((await upload(Buffer.from('x'), { file_name: 'a.txt', with_preview: true })).file.previews).toBeNull();
	});

	it('extended 8 parts of sessions differ in size by the switch, and larger ones are refused once it is lowered', async () => {
		const drive = bench.emulator.world.driveUrl;
		const open = async (file_size: number) => (await bench.call('POST', `${drive}/v1.0/sessions`, { file_name: 'a', file_size })).body;
		bench.emulator.switches.drivePartSize = 'changes';
		const sizes = [(await open(1)).max_part_size, (await open(1)).max_part_size];
		expect(sizes.sort()).toEqual([131_072, 524_288]);
		bench.emulator.switches.drivePartSize = 10;
		const { upload_url, max_part_size } = await open(20);
		expect(max_part_size).toBe(10);
		bench.emulator.switches.drivePartSize = 5;
		expect((await bench.call('POST', String(upload_url), Buffer.alloc(10))).status).toBe(413);
		expect((await bench.call('POST', String(upload_url), Buffer.alloc(5))).body).toEqual({ session_id: expect.any(Number) as number, next_url: expect.any(String) as string });
	});

	it('extended 8 each version keeps its contents and its session, files in the trash go after 30 days', async () => {
		const { drive, file } = await upload(Buffer.from('first'), { file_name: 'a.txt' });
		const { file: second } = await upload(Buffer.from('second'), { file_name: 'a.txt', file_uuid: file.uuid });
		const versions = rows(await bench.call('GET', `${drive}/v1.0/files/${String(file.uuid)}/versions`), 'versions');
		expect(versions).toMatchObject([{ session_id: second.session_id, size: 6 }, { session_id: file.session_id, size: 5 }]);
		const text = async (version: unknown, link: 'download' | 'download_version') => await (await fetch(((version as typeof file)._links as Record<string, { href: string }>)[link]?.href ?? '')).text();
		expect([await text(versions[1], 'download_version'), await text(versions[0], 'download_version'), await text(versions[1], 'download')]).toEqual(['first', 'second', 'second']);
		await bench.call('DELETE', `${drive}/v1.0/files`, [{ uuid: file.uuid }]);
		await bench.emulator.clock.advance(29 * 86_400_000);
		const headers = () => ({ authorization: `Bearer ${bench.emulator.issueToken().accessToken}` });
		const trashed = async () => (await bench.call('GET', `${drive}/v1.0/files?filter[deleted]=1`, undefined, headers())).status;
		expect(await trashed()).toBe(200);
		await bench.emulator.clock.advance(2 * 86_400_000);
		expect(await trashed()).toBe(204);
	});

	it('extended 8 a file of 300 MB goes up without being held in memory', async () => {
		const drive = bench.emulator.world.driveUrl;
		const size = 314_572_800;
		const part = Buffer.alloc(524_288, 'amo');
		let { upload_url: next } = (await bench.call('POST', `${drive}/v1.0/sessions`, { file_name: 'a.bin', file_size: size })).body;
		const held = () => process.memoryUsage().external + process.memoryUsage().heapUsed;
		const before = held();
		let most = 0;
		let file: Record<string, unknown> = {};
		for (let sent = 0; sent < size; sent += part.length) {
			file = (await bench.call('POST', String(next), part)).body;
			next = file.next_url;
			most = Math.max(most, held() - before);
		}
		expect(file).toMatchObject({ size, name: 'a' });
		expect(most).toBeLessThan(size / 3);
		const hash = createHash('sha256');
		for (let sent = 0; sent < size; sent += part.length) hash.update(part);
		expect([...bench.emulator.account.files.values()].at(-1)?.versions[0]?.sha256).toBe(hash.digest('hex'));
	}, 60_000);

	it('extended 8 files need their scopes: files, and files_delete', async () => {
		const { drive, file } = await upload(Buffer.from('x'), { file_name: 'x.txt' });
		const { accessToken } = bench.emulator.issueToken({ scopes: ['crm'] });
		const headers = { authorization: `Bearer ${accessToken}` };
		expect(await bench.call('GET', `${drive}/v1.0/files`, undefined, headers)).toMatchObject({ status: 403, body: { detail: 'Invalid scope' } });
		const noDelete = { authorization: `Bearer ${bench.emulator.issueToken({ scopes: ['crm', 'files'] }).accessToken}` };
		expect((await bench.call('DELETE', `${drive}/v1.0/files`, [{ uuid: file.uuid }], noDelete)).status).toBe(403);
		expect((await bench.call('GET', `${drive}/v1.0/files`, undefined, { authorization: '' })).status).toBe(401);
	});

	it('extended 8 an upload refuses parts that are too big, empty, spent or too late', async () => {
		const drive = bench.emulator.world.driveUrl;
		const open = async (file_size: number) => String((await bench.call('POST', `${drive}/v1.0/sessions`, { file_name: 'a', file_size })).body.upload_url);
		expect((await bench.call('POST', await open(600_000), Buffer.alloc(600_000))).status).toBe(413);
		expect((await bench.call('POST', await open(2), Buffer.alloc(3))).status).toBe(400);
		const spent = await open(1);
		expect((await bench.call('POST', spent, Buffer.from('x'))).status).toBe(200);
		expect((await bench.call('POST', spent, Buffer.from('x'))).status).toBe(404);
		const late = await open(1);
		await bench.emulator.clock.advance(25 * 3_600_000);
		expect((await bench.call('POST', late, Buffer.from('x'))).status).toBe(404);
	});
});

it('extended 7.3 an integration has 50 sources, or 100 by the switch', async () => {
	const many = (from: number, count: number) => api('POST', '/sources', Array.from({ length: count }, (_, index) => ({ name: 'S', external_id: `x-${from + index}` })));
	expect([(await many(0, 50)).status, (await many(50, 1)).status]).toEqual([200, 422]);
	bench.emulator.switches.maxSources = 100;
	expect([(await many(50, 50)).status, (await many(100, 1)).status]).toEqual([200, 422]);
});

it('extended 7.3 a bad pipeline, origin code or unknown source is refused', async () => {
	expect(errors(await api('POST', '/sources', [{ name: 'S', external_id: 'x', pipeline_id: 1 }, { name: 'S', external_id: 'y', origin_code: '123' }]))).toEqual({ 0: ['NotSupportedChoice pipeline_id'], 1: ['NotSupportedChoice origin_code'] });
	expect((await api('PATCH', '/sources/1', { name: 'x' })).status).toBe(404);
	expect((await api('DELETE', '/sources/1')).status).toBe(404);
});

it('extended 7.8 chat templates: 50 a page, reviews of WhatsApp ones, deletion in a batch', async () => {
	await create('/sources', { name: 'WA', external_id: 'wa', services: [{ type: 'whatsapp' }] });
	const made = await api('POST', '/chats/templates', Array.from({ length: 60 }, (_, index) => ({ name: `T${index}`, content: 'Hi', type: 'waba', external_id: `e${index}` })));
	const ids = rows(made, 'chat_templates').map(({ id }) => Number(id));
	expect(rows(await api('GET', '/chats/templates?limit=250'), 'chat_templates')).toHaveLength(50);
	expect(rows(await api('GET', '/chats/templates?filter[external_id][]=e7'), 'chat_templates')).toMatchObject([{ name: 'T7' }]);
	expect(rows(await api('POST', `/chats/templates/${ids[0]}/review`), 'reviews')).toMatchObject([{ status: 'review' }]);
	expect((await api('GET', `/chats/templates/${ids[0]}?with=reviews`)).body).toMatchObject({ is_on_review: true, review_status: 'review' });
	const { reviews } = (await api('GET', `/chats/templates/${ids[0]}?with=reviews`)).body._embedded as unknown as { reviews: { id: number }[] };
	await api('POST', `/chats/templates/${ids[0]}/review/${reviews[0]?.id}`, { status: 'rejected', reject_reason: 'no' });
	expect((await api('GET', `/chats/templates/${ids[0]}?with=reviews`)).body).toMatchObject({ review_status: 'rejected', _embedded: { reviews: [{ status: 'rejected', reject_reason: 'no' }] } });
	expect(errors(await api('POST', '/chats/templates', [{ name: 'T', content: 'Hi', waba_footer: 'f' }]))).toEqual({ 0: ['FieldNotExpected waba_footer'] });
	expect((await api('DELETE', '/chats/templates', ids.slice(0, 10).map((id) => ({ id })))).status).toBe(204);
});

it('extended 7.9 currencies are listed by code', async () => {
	expect(rows(await api('GET', '/currencies'), 'currencies')).toEqual(expect.arrayContaining([{ code: 'RUB' }, { code: 'USD' }]));
});

it('extended 8 deleting files answers 204, or 200 by the switch', async () => {
	const drive = bench.emulator.world.driveUrl;
	const make = async () => {
		const { upload_url } = (await bench.call('POST', `${drive}/v1.0/sessions`, { file_name: 'a.txt', file_size: 1 })).body;
		return [{ uuid: (await bench.call('POST', String(upload_url), Buffer.from('x'))).body.uuid }];
	};
	expect((await bench.call('DELETE', `${drive}/v1.0/files`, await make())).status).toBe(204);
	bench.emulator.switches.filesDeleteStatus = 200;
	expect(await bench.call('DELETE', `${drive}/v1.0/files`, await make())).toMatchObject({ status: 200, body: {} });
});

it('extended 8 a note with a file shows its name on read', async () => {
	const lead = await create('/leads');
	const file_uuid = '11111111-1111-4111-8111-111111111111';
	const id = await create(`/leads/${lead}/notes`, { note_type: 'attachment', params: { file_uuid, file_name: 'a.png' } });
	expect((await api('GET', `/leads/notes/${id}`)).body.params).toEqual({ file_uuid, file_name: 'a.png', text: 'a.png', original_name: 'a.png', is_drive_attachment: true });
});

it('extended 9.1 query cannot name a field, writings of a phone differ, a stage filter needs its pipeline except for 142 and 143', async () => {
	await create('/contacts', { name: 'Ann', custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+79991112233' }] }] });
	const contacts = async (query: string) => rows(await api('GET', `/contacts?query=${encodeURIComponent(query)}`), 'contacts').length;
	expect([await contacts('phone=+79991112233'), await contacts('89991112233'), await contacts('9991112233')]).toEqual([0, 0, 1]);
	const [main] = [...bench.emulator.account.pipelines.values()];
	const stage = main?.statuses[1]?.id;
	await create('/leads');
	await create('/leads', { status_id: 142 });
	const leads = async (query: string) => rows(await api('GET', `/leads?${query}`), 'leads').length;
	expect([await leads('filter[statuses][0][status_id]=142'), await leads(`filter[statuses][0][status_id]=${stage}`), await leads(`filter[status_id]=${stage}`)]).toEqual([1, 2, 2]);
});

it('extended 9.2 a merge moves what belonged to the others and puts them in the trash', async () => {
	const [keep, other, lead] = [await create('/contacts', { name: 'a' }), await create('/contacts', { name: 'b' }), await create('/leads')];
	await api('POST', `/leads/${lead}/link`, [{ to_entity_id: other, to_entity_type: 'contacts' }]);
	await bench.call('POST', `/__emulator/ui/contacts/${keep}/merge`, { with: [other] });
	expect((await api('GET', `/contacts/${other}`)).status).toBe(204);
	expect((await api('GET', `/contacts/${keep}?with=leads`)).body._embedded).toMatchObject({ leads: [{ id: lead }] });
});

it('extended 9.3 what cannot be deleted answers 405, 403 or 404', async () => {
	const catalog = await create('/catalogs', { name: 'c' });
	const element = await create(`/catalogs/${catalog}/elements`, { name: 'e' });
	const lead = await create('/leads');
	const note = await create(`/leads/${lead}/notes`, { note_type: 'common', params: { text: 'x' } });
	const task = await create('/tasks', { text: 'x', complete_till: 1 });
	const contact = await create('/contacts', { name: 'x' });
	for (const [path, status] of [[`/leads/${lead}`, 405], [`/contacts/${contact}`, 405], [`/tasks/${task}`, 403], [`/leads/notes/${note}`, 405], [`/catalogs/${catalog}/elements/${element}`, 405], [`/catalogs/${catalog}`, 405], ['/calls/1', 404]] as const) {
		expect([path, (await api('DELETE', path)).status]).toEqual([path, status]);
	}
});

it('extended 9.4 a PATCH of many saves nothing when one item is wrong', async () => {
	const id = await create('/leads', { name: 'old' });
	expect((await api('PATCH', '/leads', [{ id, name: 'new' }, { id: 1 }])).status).toBe(400);
	expect((await api('GET', `/leads/${id}`)).body).toMatchObject({ name: 'old' });
});

it('extended 9.4 a tag may not carry a request_id', async () => {
	expect(errors(await api('POST', '/leads', [{ tags_to_add: [{ name: 'x', request_id: '1' }] }]))).toEqual({ 0: ['FieldNotExpected tags_to_add.0.request_id'] });
});
