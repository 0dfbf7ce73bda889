import { type IDataObject, UserError } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { AmoCrmError } from '../fields/errors';
import { boolean, encodeDraft, field, fileId, ITEM_FILE, longText, text } from '../fields/fields';
import { type FileOwner, ownerFields } from '../fields/fileOwner';
import { itemFileIn } from '../fields/files';
import { forgetAccount } from '../fields/dictionaries';
import { isUnset, toText } from '../fields/values';
import { grouped, inParallel } from '../transport/parallel';
import type { Upload } from '../transport/upload';
import { hang, hintAtRoom } from './files';
import { filesOf, store, uploadOf, UPLOADS_IN_FLIGHT } from './itemFiles';
import { type Asked, attempt, mustStop, readItems } from './items';
import { called, collection, declared, fieldProperty, optionsProperty, valueContext } from './parameters';
import { presentRows } from './present';
import { type SentOutcome, planOf, sendRows } from './send';
import type { Operation, Run } from './types';

/** Files from n8n's binary data into the account's storage, and onto cards. */

const binaryField = field({ ...ITEM_FILE, kind: text, required: true, property: { default: 'data' }, description: 'Name of the field of the item that has the file' });

const extras = [
	field({ name: 'fileName', kind: text, placeholder: 'e.g. Contract.pdf', description: 'Name in amoCRM, with the extension; that of the file when left out' }),
	field({ name: 'newVersionOf', key: 'file_uuid', displayName: 'New Version Of', kind: fileId, description: 'The file that gets this as its newest version; a file of its own when left out' }),
	field({ name: 'asNote', kind: boolean, description: "Whether the card of 'Attach To' gets a note with the file too" }),
	field({ name: 'noteText', kind: longText, placeholder: 'e.g. The signed contract', description: "Text of a note beside it; needs 'As Note' too", needs: 'asNote' }),
];

export function upload(entity: Entity): Operation {
	return {
		...called(entity, 'upload', 'Put one file per item into the storage of the account, and onto a card'),
		properties: [
			fieldProperty(binaryField, 'create', { required: true }),
			collection('Attach To', 'attachTo', 'Add Field', ownerFields.map((one) => ({ ...declared(one), displayOptions: undefined }))),
			collection('Additional Fields', 'additionalFields', 'Add Field', extras.map(declared)),
			optionsProperty([], 'row'),
		],
		writes: true,
		needs: { plan: 'room in the file storage of the account' },
		route: 'POST /v1.0/sessions',
		execute: async (run) => await uploadAll(run, entity),
	};
}

async function uploadAll(run: Run, entity: Entity): Promise<void> {
	const wanted = await readItems(run, async (item) => await read(run, item));
	if (mustStop(run)) return;
	if (run.isDryRun) {
		const route = { path: '', base: entity.base, collection: '', verb: { method: 'POST' as const, path: '/sessions', sends: 'row' as const, answers: 'self' as const } };
		for (const { item, asked } of wanted) run.rows.set(item, [{ ...planOf(run, route, asked.upload.session), ...(asked.owner ? { attach_to: asked.owner } : {}) }]);
		return;
	}
	const stored: Array<Asked<IDataObject>> = [];
	await inParallel(wanted, UPLOADS_IN_FLIGHT, async ({ item, asked }) => {
		if (mustStop(run)) return;
		await attempt(run, [item], async () => {
			const sent = await store(run, String(entity.base), asked.upload);
			if (!sent.ok) throw new AmoCrmError(sent.failure.message, { failure: sent.failure, advice: sent.failure.advice, ...(sent.failure.outcomeUnknown ? { mustNotRepeat: true as const } : {}) });
			const { uuid, size } = sent.file;
			run.context.logger.debug('amoCRM: uploaded', { item, uuid, size });
			run.rows.set(item, await presentRows(run, [sent.file]));
			stored.push({ item, asked: { ...asked.owner, file_uuid: uuid, version_uuid: sent.file.version_uuid, file_name: asked.upload.session.file_name, text: asked.noteText, asNote: asked.asNote } });
		});
	});
	// A new version may be the one that was read before.
	forgetAccount(run.client);
	if (stored.length > 0) await hintAtRoom(run, entity);
	const owned = stored.filter(({ asked }) => asked.entity_id !== undefined).sort((one, other) => one.item - other.item);
	settle(run, owned, await hang(run, 'attach', owned), 'attached');
	const noted = owned.filter(({ asked }) => asked.asNote === true);
	for (const [kind, own] of await grouped(noted, ({ asked }) => String(asked.entity_type))) {
		// A note with a file takes no text: that is a note beside it.
		const texts = own.filter(({ asked }) => asked.text !== undefined);
		const rows = [
			...own.map(({ item, asked: { entity_id, file_uuid, version_uuid, file_name } }) => ({ item, asked: { entity_id, note_type: 'attachment', params: { file_uuid, version_uuid, file_name } } })),
			...texts.map(({ item, asked: { entity_id, text: said } }) => ({ item, asked: { entity_id, note_type: 'common', params: { text: said } } })),
		];
		const outcomes = await sendRows(run, rows, { path: `/${kind}/notes`, collection: 'notes', verb: { method: 'POST', sends: 'rows', answers: 'embedded' } });
		settle(run, own, outcomes.slice(0, own.length), 'note_id');
		settle(run, texts, outcomes.slice(own.length), 'text_note_id');
	}
}

/** What becomes of the card does not hide that the file is there. */
function settle(run: Run, all: Array<Asked<IDataObject>>, outcomes: SentOutcome[], shown: 'attached' | 'note_id' | 'text_note_id'): void {
	all.forEach(({ item, asked }, index) => {
		const outcome = outcomes[index] as SentOutcome;
		const [row = {}] = run.rows.get(item) ?? [];
		const { entity_type, entity_id } = asked;
		if (outcome.status === 'written') run.rows.set(item, [{ ...row, entity_type, entity_id, [shown]: shown === 'attached' || outcome.answer.id }]);
		else if (outcome.status !== 'planned' && !run.errors.has(item)) {
			const { failure } = outcome;
			const what = shown === 'attached' ? 'it was not put on the card' : 'its note was not written';
			run.errors.set(item, new AmoCrmError(`File ${toText(asked.file_uuid)} was uploaded, but ${what}: ${failure.message}`, { failure, advice: failure.advice, mustNotRepeat: true }));
		}
	});
}

async function read(run: Run, item: number) {
	const { body } = encodeDraft(extras, { ...valueContext(run), mode: 'create', values: run.parameter('additionalFields', item, {}) as IDataObject });
	const { file_name, file_uuid, as_note, note_text } = body;
	const attachTo = (run.parameter('attachTo', item, {}) ?? {}) as IDataObject;
	const isAttached = !isUnset(attachTo.entityId);
	const owner = isAttached ? (encodeDraft(ownerFields, { ...valueContext(run), mode: 'create', values: attachTo }).body as FileOwner) : undefined;
	if (as_note === true && (owner === undefined || owner.entity_type === 'catalog_elements')) throw new UserError("'As Note' needs a card in 'Attach To': a lead, contact, company or customer.");
	const { session, open } = await fileToUpload(run, item);
	return {
		upload: { session: { ...session, ...(isUnset(file_name) ? {} : { file_name }), ...(file_uuid === undefined ? {} : { file_uuid }) }, open },
		owner,
		asNote: as_note === true,
		noteText: note_text as string | undefined,
	};
}

/** Throws what is wrong with it, with the name of the parameter. */
async function fileToUpload(run: Run, item: number): Promise<Upload> {
	try {
		return await uploadOf(run, itemFileIn(run.parameter(binaryField.name, item, 'data'), filesOf(run, item)).data);
	} catch (error) {
		throw AmoCrmError.at(binaryField.displayName, error);
	}
}
