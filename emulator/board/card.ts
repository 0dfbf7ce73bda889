import { findFile, fullName } from '../drive/files';
import { eventLabel } from '../events/types';
import { html, type Markup } from '../html/escape';
import { SINGULAR } from '../store/account';
import type { NoteRow } from '../store/moreRows';
import type { EntityRow, EntityType, LeadRow, TaskRow } from '../store/rows';
import { avatar, cardLink, linked, stageBadge, tagList, taskState } from './parts';
import { shownFields } from './values';
import type { View } from './view';
import type { Listed } from './lists';

/** One card, read-only: what is filled in on the left, what belongs to it on the right. */

const HISTORY = 30;

export function entityCard(view: View, type: Listed, row: EntityRow): Markup {
	const { texts } = view;
	const fields = shownFields(view, type, row);
	return html`<header class="bar"><h1 id="card-name">${row.name ?? `#${row.id}`}</h1><span class="sums">#${row.id}</span>
		<a class="switch" href="${type === 'leads' ? '/' : `/${type}/list/`}">${texts[type]}</a></header>
	<div class="detail" data-card="${type}" data-id="${row.id}">
		<section class="panel">
			<dl>${standardFields(view, type, row)}</dl>
			<h3>${texts.fields}</h3>
			${fields.length === 0 ? html`<p class="empty">${texts.noFields}</p>` : ''}
			<dl id="custom-fields">${fields.map(
				({ id, name, code, values }) => pair(name, html`${values.map((value) => html`<div>${value}</div>`)}`, html` data-field-id="${id}" data-field-code="${code ?? ''}"`),
			)}</dl>
		</section>
		<section class="panel">${linkedSections(view, type, row.id)}${tasksOf(view, type, row.id)}${notesOf(view, type, row.id)}${filesOf(view, type, row.id)}${historyOf(view, SINGULAR[type], row.id)}</section>
	</div>`;
}

export function taskCard(view: View, task: TaskRow): Markup {
	const { texts, world } = view;
	const { entity_type, entity_id } = task;
	const target = entity_type && entity_id !== null ? world.account.entities(entity_type).get(entity_id) : undefined;
	const state = taskState(view, task);
	return html`<header class="bar"><h1 id="card-name">${task.text}</h1><span class="sums">#${task.id}</span><a class="switch" href="/todo/list/">${texts.tasks}</a></header>
	<div class="detail" data-card="tasks" data-id="${task.id}"><section class="panel"><dl>
		${pair(texts.status, html`<span class="state ${state.kind}">${state.label}</span>`)}
		${pair(texts.due, view.dateTime(task.complete_till))}
		${pair(texts.taskType, world.account.info.task_types.find(({ id }) => id === task.task_type_id)?.name ?? '')}
		${pair(texts.responsible, html`${avatar(view, task.responsible_user_id)} ${view.user(task.responsible_user_id)}`)}
		${entity_type && target ? pair(SINGULAR_TITLES(view)[entity_type], cardLink(entity_type, target)) : ''}
		${task.result ? pair(texts.result, task.result.text) : ''}
		${pair(texts.created, `${view.dateTime(task.created_at)} — ${view.user(task.created_by)}`)}
		${pair(texts.updated, view.dateTime(task.updated_at))}
	</dl></section><section class="panel">${historyOf(view, 'task', task.id)}</section></div>`;
}

const SINGULAR_TITLES = ({ texts }: View): Record<EntityType, string> => ({
	leads: texts.leads,
	contacts: texts.contact,
	companies: texts.company,
	customers: '',
});

const pair = (title: string, value: Markup | string, attributes: Markup | string = ''): Markup => html`<div${attributes}><dt>${title}</dt><dd>${value}</dd></div>`;

function standardFields(view: View, type: Listed, row: EntityRow): Markup[] {
	const { texts } = view;
	const tags = tagList(view, type, row);
	return [
		...(type === 'leads' ? leadFields(view, row as LeadRow) : []),
		pair(texts.responsible, html`${avatar(view, row.responsible_user_id)} ${view.user(row.responsible_user_id)}`),
		...(tags.length > 0 ? [pair(texts.tags, html`<span class="tags">${tags}</span>`)] : []),
		pair(texts.created, `${view.dateTime(row.created_at)} — ${view.user(row.created_by)}`),
		pair(texts.updated, `${view.dateTime(row.updated_at)} — ${view.user(row.updated_by)}`),
	];
}

function leadFields(view: View, lead: LeadRow): Markup[] {
	const { texts, world } = view;
	const pipeline = world.account.pipelines.get(lead.pipeline_id);
	const reason = lead.loss_reason_id === null ? undefined : world.account.lossReasons.get(lead.loss_reason_id);
	return [
		pair(texts.stage, html`${stageBadge(world.account.status(lead.pipeline_id, lead.status_id))} <small>${pipeline?.name}</small>`),
		pair(texts.price, html`<b>${view.money(lead.price_with_minor_units)}</b>`),
		...(lead.closed_at === null ? [] : [pair(texts.closed, view.dateTime(lead.closed_at))]),
		...(reason ? [pair(texts.lossReason, reason.name)] : []),
	];
}

function linkedSections(view: View, type: EntityType, id: number): Markup[] {
	return (['contacts', 'companies', 'leads'] as const).flatMap((target) => {
		const rows = linked(view, type, id, target);
		if (rows.length === 0) return [];
		return [
			section(
				view.texts[target],
				rows.map(({ row, isMain }) => {
					const phone = target === 'leads' ? undefined : shownFields(view, target, row).find(({ code }) => code === 'PHONE')?.text;
					const price = target === 'leads' ? view.money((row as LeadRow).price) : undefined;
					const main = isMain && target === 'contacts' && rows.length > 1 ? html` <small>${view.texts.main}</small>` : '';
					return html`${cardLink(target, row)}${main}<span class="aside">${phone ?? price}</span>`;
				}),
			),
		];
	});
}

const section = (title: string, lines: Markup[]): Markup => html`<h3>${title}</h3><ul class="lines">${lines.map((line) => html`<li>${line}</li>`)}</ul>`;

function tasksOf(view: View, type: EntityType, id: number): Markup {
	const tasks = [...view.world.account.tasks.values()].filter((task) => task.entity_type === type && task.entity_id === id);
	if (tasks.length === 0) return html``;
	const sorted = tasks.sort((a, b) => Number(a.is_completed) - Number(b.is_completed) || a.complete_till - b.complete_till);
	return section(
		view.texts.tasks,
		sorted.map((task) => {
			const state = taskState(view, task);
			return html`${cardLink('tasks', task)} <span class="state ${state.kind}">${state.label}</span><span class="aside">${view.dateTime(task.complete_till)}</span>`;
		}),
	);
}

function notesOf(view: View, type: EntityType, id: number): Markup {
	const notes = [...view.world.account.notes.values()].filter((note) => note.entity_type === type && note.entity_id === id);
	if (notes.length === 0) return html``;
	const newest = notes.sort((a, b) => Number(b.is_pinned) - Number(a.is_pinned) || b.id - a.id);
	return section(
		view.texts.notes,
		newest.map((note) => html`${note.is_pinned ? '📌 ' : ''}<span class="note">${noteText(note)}</span><span class="aside">${note.note_type} · ${view.dateTime(note.created_at)}</span>`),
	);
}

/** What hangs on the card, the newest first; what is in the trash does not show. */
function filesOf({ world, texts, dateTime }: View, type: EntityType, id: number): Markup {
	const hung = [...world.account.attachments.values()].filter((row) => row.entity_type === type && row.entity_id === id);
	const files = hung.reverse().flatMap(({ file_uuid: uuid }) => findFile(world, uuid) ?? []).filter(({ deleted_at: deleted }) => deleted === null);
	if (files.length === 0) return html``;
	return html`<div id="files">${section(
		texts.files,
		files.map((file) => html`<span>${fullName(file)}</span><span class="aside">${file.versions.at(-1)?.size ?? 0} B · ${dateTime(file.updated_at)}</span>`),
	)}</div>`;
}

/** The words of a note; for calls and the like, what their params say. */
function noteText({ params }: NoteRow): string {
	const { text, phone, file_name } = params;
	const known = [text, phone, file_name].filter((part) => typeof part === 'string' && part !== '');
	return known.length > 0 ? known.join(' · ') : JSON.stringify(params);
}

function historyOf(view: View, entityType: string, id: number): Markup {
	const events = [...view.world.account.events.values()].filter((event) => event.entity_type === entityType && event.entity_id === id);
	if (events.length === 0) return html``;
	return section(
		view.texts.history,
		events
			.slice(-HISTORY)
			.reverse()
			.map((event) => html`<span>${historyLabel(view, event.type)}</span><span class="aside">${view.user(event.created_by)} · ${view.dateTime(event.created_at)}</span>`),
	);
}

/** `custom_field_251017_value_changed` names its field (facts: extended 5.3). */
function historyLabel({ texts, world, language }: View, type: string): string {
	const field = world.account.customFields.get(Number(/^custom_field_(\d+)_value_changed$/.exec(type)?.[1]));
	return field ? `${texts.fieldChanged} «${field.name}»` : eventLabel(type, language);
}
