import type { Language } from '../options';

/** The board's words. Names of stages, fields and people are the account's own. */
export interface BoardTexts {
	leads: string;
	list: string;
	pipeline: string;
	contacts: string;
	companies: string;
	tasks: string;
	log: string;
	logEmpty: string;
	batch: string;
	total: string;
	more: string;
	search: string;
	nothing: string;
	missing: string;
	back: string;
	name: string;
	price: string;
	stage: string;
	responsible: string;
	tags: string;
	created: string;
	updated: string;
	closed: string;
	lossReason: string;
	contact: string;
	company: string;
	phone: string;
	email: string;
	position: string;
	task: string;
	taskType: string;
	due: string;
	result: string;
	status: string;
	open: string;
	done: string;
	overdue: string;
	noTask: string;
	fields: string;
	noFields: string;
	notes: string;
	files: string;
	history: string;
	main: string;
	yes: string;
	no: string;
	robot: string;
	unsorted: string;
	hideLog: string;
	emulator: string;
	moveFailed: string;
	previous: string;
	next: string;
	address: string;
	linked: string;
	/** Before the name of a custom field whose value has changed. */
	fieldChanged: string;
}

export const BOARD_TEXTS: Readonly<Record<Language, BoardTexts>> = {
	ru: {
		leads: 'Сделки',
		list: 'Списком',
		pipeline: 'Воронкой',
		contacts: 'Контакты',
		companies: 'Компании',
		tasks: 'Задачи',
		log: 'Запросы к API',
		logEmpty: 'Запросов ещё не было. Подключите n8n и запустите рабочий процесс.',
		batch: 'Объектов в запросе',
		total: 'Всего',
		more: 'Ещё',
		search: 'Поиск',
		nothing: 'Здесь пока пусто',
		missing: 'Такой карточки нет: её не создавали или она удалена.',
		back: 'Назад',
		name: 'Название',
		price: 'Бюджет',
		stage: 'Этап',
		responsible: 'Ответственный',
		tags: 'Теги',
		created: 'Создано',
		updated: 'Изменено',
		closed: 'Закрыто',
		lossReason: 'Причина отказа',
		contact: 'Контакт',
		company: 'Компания',
		phone: 'Телефон',
		email: 'Email',
		position: 'Должность',
		task: 'Задача',
		taskType: 'Тип',
		due: 'Срок',
		result: 'Результат',
		status: 'Статус',
		open: 'Открыта',
		done: 'Выполнена',
		overdue: 'Просрочена',
		noTask: 'Нет задач',
		fields: 'Поля',
		noFields: 'Поля не заполнены',
		notes: 'Примечания',
		files: 'Файлы',
		history: 'История',
		main: 'основной',
		yes: 'Да',
		no: 'Нет',
		robot: 'Робот',
		unsorted: 'Неразобранное',
		hideLog: 'Показать или скрыть журнал',
		emulator: 'эмулятор',
		moveFailed: 'Сделку не удалось перенести',
		previous: 'Назад',
		next: 'Дальше',
		address: 'Адрес',
		linked: 'Карточка',
		fieldChanged: 'Изменено поле',
	},
	en: {
		leads: 'Leads',
		list: 'List',
		pipeline: 'Pipeline',
		contacts: 'Contacts',
		companies: 'Companies',
		tasks: 'Tasks',
		log: 'API calls',
		logEmpty: 'No calls yet. Connect n8n and run a workflow.',
		batch: 'Items in the request',
		total: 'Total',
		more: 'More',
		search: 'Search',
		nothing: 'Nothing here yet',
		missing: 'There is no such card: it was never created, or it has been deleted.',
		back: 'Back',
		name: 'Name',
		price: 'Price',
		stage: 'Stage',
		responsible: 'Responsible user',
		tags: 'Tags',
		created: 'Created',
		updated: 'Updated',
		closed: 'Closed',
		lossReason: 'Loss reason',
		contact: 'Contact',
		company: 'Company',
		phone: 'Phone',
		email: 'Email',
		position: 'Position',
		task: 'Task',
		taskType: 'Type',
		due: 'Due',
		result: 'Result',
		status: 'Status',
		open: 'Open',
		done: 'Completed',
		overdue: 'Overdue',
		noTask: 'No tasks',
		fields: 'Fields',
		noFields: 'No fields are filled in',
		notes: 'Notes',
		files: 'Files',
		history: 'History',
		main: 'main',
		yes: 'Yes',
		no: 'No',
		robot: 'Robot',
		unsorted: 'Incoming leads',
		hideLog: 'Show or hide the log',
		emulator: 'emulator',
		moveFailed: 'The lead could not be moved',
		previous: 'Previous',
		next: 'Next',
		address: 'Address',
		linked: 'Linked to',
		fieldChanged: 'Changed field',
	},
};
