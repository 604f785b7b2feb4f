"""The words for everything closed that is not a reason: outcomes, steps, hints, notes, grades.

Rules kept here: every member of every enum has its words in both languages (a test walks them); a hint
speaks to the person in front of the kiosk, a note to the officer. Reasons stand in `reasons.py`.
"""

from __future__ import annotations

from kiosk.model import ClockState, Environment, Grade, Hint, Movement, Note, Outcome, Step
from kiosk.ui.language import Text, Word
from kiosk.view import Caution, HolderClass, Likeness, UpdateOutcome

OUTCOMES: dict[Outcome, Word] = {
    Outcome.PASS: Word("مقبول", "PASS"),
    Outcome.FAIL: Word("مرفوض", "FAIL"),
    Outcome.REFER: Word("إحالة للمراجعة", "REFER"),
}

STEPS: dict[Step, Word] = {
    Step.DECODE: Word("قراءة الرمز", "Code read"),
    Step.PARSE: Word("بنية الهوية الرقمية", "Structure of the ID"),
    Step.SIGNATURE: Word("توقيع جهة الإصدار", "Issuer's signature"),
    Step.DATES: Word("تواريخ السريان", "Dates"),
    Step.STATUS: Word("حالة الهوية", "Status of the ID"),
    Step.LIVE_PROOF: Word("حداثة الرمز", "Code is live"),
    Step.PHOTO: Word("صورة الهوية", "Photo in the ID"),
    Step.LIVENESS: Word("حضور الشخص أمام الكاميرا", "Live person"),
    Step.FACE: Word("مطابقة الوجه", "Same person"),
}

PASSED: dict[Step, Word] = {
    Step.DECODE: Word("الرمز مقروء", "Code read"),
    Step.PARSE: Word("البنية سليمة", "Structure sound"),
    Step.SIGNATURE: Word("التوقيع صحيح", "Signature valid"),
    Step.DATES: Word("الهوية سارية", "ID in date"),
    Step.STATUS: Word("الهوية غير ملغاة", "Not revoked"),
    Step.LIVE_PROOF: Word("الرمز حديث", "Code is live"),
    Step.PHOTO: Word("صورة الهوية صالحة للمقارنة", "Photo usable"),
    Step.LIVENESS: Word("أُدّيت الحركات المطلوبة", "Movements followed"),
    Step.FACE: Word("الوجه مطابق", "Face matches"),
}

HINTS: dict[Hint, Word] = {
    Hint.SHOW_CODE: Word("ضع الرمز داخل الإطار", "Hold the code inside the frame"),
    Hint.CLOSER: Word("قرّب الهاتف قليلًا", "Bring the phone a little closer"),
    Hint.HOLD_STILL: Word("ثبّت الهاتف", "Hold the phone still"),
    Hint.DIM_PHONE: Word("خفّف سطوع شاشة الهاتف", "Lower the phone's brightness"),
    Hint.TILT_LESS: Word("اجعل الهاتف مواجهًا للكاميرا", "Hold the phone straight to the camera"),
    Hint.UNREADABLE: Word(
        "الرمز غير مقروء، ولم يُتحقَّق من شيء", "The code cannot be read; nothing is verified"
    ),
    Hint.NOT_READABLE_HERE: Word(
        "هذا الرمز ليس هوية يقرؤها هذا الجهاز", "This code is not an ID this kiosk can read"
    ),
    Hint.WAIT_FOR_NEW_CODE: Word(
        "انتظر حتى يتجدّد الرمز في الهاتف", "Wait until the code on the phone changes"
    ),
    Hint.SCAN_AGAIN: Word(
        "لم تكتمل قراءة الماسح، أعد مسح الرمز", "The scanner's read was not complete; scan again"
    ),
    Hint.ONE_AFTER_ANOTHER: Word(
        "أكمل التحقق من الشخص الحالي أولًا، ثم امسح الرمز التالي",
        "Finish with this person first, then scan the next code",
    ),
    Hint.READING_FILE: Word("تجري قراءة الملف", "Reading the file"),
    Hint.PUT_PHONE_AWAY: Word("أبعد الهاتف عن الكاميرا", "Move the phone away from the camera"),
    Hint.LOOK_AT_CAMERA: Word("انظر إلى الكاميرا", "Look at the camera"),
    Hint.ONE_PERSON: Word("ليقف شخص واحد أمام الكاميرا", "One person at a time, please"),
    Hint.COME_CLOSER: Word("اقترب قليلًا", "Come a little closer"),
    Hint.STEP_BACK: Word("ابتعد قليلًا", "Step back a little"),
    Hint.CENTRE_FACE: Word("اجعل وجهك وسط الإطار", "Bring your face to the middle"),
    Hint.FACE_FRONT: Word("واجه الكاميرا بوجهك", "Turn your face to the camera"),
    Hint.MORE_LIGHT: Word("الإضاءة ضعيفة، قف في مكان أكثر إضاءة", "Too dark: move into more light"),
    Hint.LESS_LIGHT: Word("الضوء شديد، ابتعد عن مصدره", "Too bright: turn away from the light"),
    Hint.TRY_AGAIN: Word("لنحاول مرة أخرى، انظر إلى الكاميرا", "Let us try again: look at the camera"),
    Hint.EVEN_LIGHT: Word("نصف الوجه في الظل، واجه مصدر الضوء", "Half the face is in shade: face the light"),
    Hint.STAND_STILL: Word("اثبت لحظة", "Keep still for a moment"),
    Hint.OPEN_EYES: Word("افتح عينيك", "Keep your eyes open"),
    Hint.UNCOVER_FACE: Word(
        "اكشف الأنف والفم، أو انتظر للمقارنة على انفراد",
        "Uncover nose and mouth, or wait to be seen in private",
    ),
}

# To the person in front of the camera, whose own left and right these are.
MOVEMENTS: dict[Movement, Word] = {
    Movement.TURN_LEFT: Word("أدِر وجهك إلى يسارك", "Turn your head to your left"),
    Movement.TURN_RIGHT: Word("أدِر وجهك إلى يمينك", "Turn your head to your right"),
    Movement.BLINK: Word("أغمض عينيك لحظة ثم افتحهما", "Close your eyes a moment, then open"),
    Movement.COME_CLOSER: Word("قرّب وجهك من الكاميرا", "Bring your face closer"),
}
WHY_MOVE = Word(
    "تساعد الحركة على تمييز الشخص الحاضر من الصورة، ولا تُحفظ أي صورة.",
    "Moving helps to tell a person from a picture. No picture is kept.",
)
COMPARE_BY_EYE = Word("مقارنة الموظف بدل الحركات", "No movements: an officer compares")
BY_EYE_SOON = Word(
    "سيقارن الموظف بنفسه؛ انظر إلى الكاميرا فقط.", "An officer will compare; just look at the camera."
)
FOLLOW = Word("نفّذ الحركة، ثم عُد وانظر إلى الكاميرا.", "Make the movement, then look at the camera again.")

NOTES: dict[Note, Text] = {
    Note.PRINT_COPY: Text(
        "نسخة مطبوعة",
        "هذه نسخة مطبوعة لا تثبت وجود هاتف صاحب الهوية.",
        "Printed copy",
        "This is a print; it does not prove that the holder's phone is here.",
    ),
    Note.LIST_AGEING: Text(
        "القائمة بحاجة إلى تحديث",
        "ما زال الاعتماد على قائمة الحالة جائزًا؛ أبلغ المشرف لتحديثها قريبًا.",
        "List is ageing",
        "The status list may still be used; ask the supervisor to update it soon.",
    ),
    Note.LIST_STALE_ACCEPTED: Text(
        "قائمة قديمة أجازتها السياسة",
        "قائمة الحالة قديمة، وقد أجازت السياسة المعتمدة العمل بها.",
        "Old list accepted by policy",
        "The status list is old; the signed policy allows it here.",
    ),
    Note.NOT_PRODUCTION: Text(
        "ليست بيئة فعلية",
        "هذه نتيجة من بيئة غير فعلية، فلا يُعتدّ بها.",
        "Not production",
        "This result comes from a trial environment; do not rely on it.",
    ),
    Note.CLOCK_GIVEN: Text(
        "وقت محدَّد يدويًا",
        "حُدِّد وقت هذا التحقق يدويًا، لا من ساعة الجهاز.",
        "Time was given",
        "The time of this check was given by hand, not by the kiosk's clock.",
    ),
    Note.STILL_FACE: Text(
        "صورة ثابتة للوجه",
        "قورن الوجه من صورة ثابتة، لا من الكاميرا.",
        "Still picture of the face",
        "The face was compared from a still picture, not from the camera.",
    ),
    Note.LIVENESS_NOT_CHECKED: Text(
        "لم يُفحص حضور الشخص",
        "لم يفحص الجهاز أن الوجه لشخص حاضر؛ انظر إلى الشخص بنفسك.",
        "Live person not checked",
        "The kiosk did not check that the face is a live person; look for yourself.",
    ),
    Note.LIVENESS_MOVEMENTS: Text(
        "أُدّيت الحركات المطلوبة",
        "أدّى الشخص حركات طُلبت منه بترتيب عشوائي؛ هذا يرفع كلفة التحايل، ولا يُعدّ كشفًا معتمدًا له.",
        "Movements were made",
        "The person made movements asked for at random; this raises the cost of fraud, it is not certified.",
    ),
    Note.SIMULATED_CAMERA: Text(
        "كاميرا محاكاة",
        "الصور من مشهد محاكاة، وليست من كاميرا حقيقية.",
        "Simulated camera",
        "The pictures come from a simulated scene, not from a real camera.",
    ),
}

UPDATES: dict[UpdateOutcome, Word] = {
    UpdateOutcome.READING: Word(
        "تُقرأ بيانات التحديث الآن؛ لا تنزع وحدة التخزين.",
        "The update is being read; leave the stick in.",
    ),
    UpdateOutcome.PROMOTED: Word(
        "حُدِّثت بيانات التحقق، ويُعمل بها ابتداءً من الزائر التالي.",
        "The verification data were updated; they count from the next visitor on.",
    ),
    UpdateOutcome.CURRENT: Word(
        "بيانات التحقق في هذا الجهاز هي الأحدث، ولا جديد في وحدة التخزين.",
        "This kiosk's verification data are up to date already; the stick brings nothing newer.",
    ),
    UpdateOutcome.OLD: Word(
        "لم تُقبل بيانات التحديث لأنها أقدم مما في الجهاز؛ أحضر نسخة أحدث.",
        "The update was refused: it is older than what this kiosk has; bring a newer one.",
    ),
    UpdateOutcome.INCOMPLETE: Word(
        "لم تُقبل بيانات التحديث لأنها ناقصة؛ انسخها كاملةً من جديد.",
        "The update was refused: it is incomplete; copy it again as a whole.",
    ),
    UpdateOutcome.TAMPERED: Word(
        "لم تُقبل بيانات التحديث لأنها تالفة أو معدَّلة؛ احصل عليها من جهة الإصدار من جديد.",
        "The update was refused: it was altered or damaged; fetch it again from the authority.",
    ),
    UpdateOutcome.AUTHORITY: Word(
        "لم تُقبل بيانات التحديث لأنها لا تحمل توقيع الجهة التي يثق بها هذا الجهاز.",
        "The update was refused: it is not signed by the authority this kiosk trusts.",
    ),
    UpdateOutcome.ENVIRONMENT: Word(
        "لم تُقبل بيانات التحديث لأنها تخص بيئة غير بيئة هذا الجهاز.",
        "The update was refused: it belongs to another environment than this kiosk.",
    ),
    UpdateOutcome.EXPIRED: Word(
        "لم تُقبل بيانات التحديث لانتهاء مدتها؛ أحضر نسخة أحدث.",
        "The update was refused: it has expired; bring a newer one.",
    ),
    UpdateOutcome.CLOCK: Word(
        "تعذّر التحديث لأن ساعة هذا الجهاز غير صحيحة؛ استدعِ المشرف لضبطها.",
        "No update: this kiosk's clock is wrong; call the supervisor to set it.",
    ),
    UpdateOutcome.STATION: Word(
        "لم تُقبل بيانات التحديث لأنها لا تجيز استخدام هذه المحطة للغرض المحدد لها؛ راجع جهة الإصدار.",
        "The update was refused: it does not allow this station its purpose; ask the authority.",
    ),
    UpdateOutcome.FORMAT: Word(
        "لم تُقبل بيانات التحديث لأنها بصيغة لا يقرؤها هذا الجهاز؛ راجع جهة الإصدار.",
        "The update was refused: it is in a form that this kiosk does not read; ask the authority.",
    ),
    UpdateOutcome.STORE: Word(
        "تعذّر التحديث لأن مخزن الثقة في هذا الجهاز تالف؛ استدعِ المشرف لإعادة إعداده.",
        "No update: this kiosk's own trust store is damaged; call the supervisor to set it up again.",
    ),
    UpdateOutcome.DISK: Word(
        "تعذّر التحديث لأن الجهاز لا يستطيع الكتابة على قرصه؛ استدعِ المشرف.",
        "No update: this kiosk cannot write to its disk; call the supervisor.",
    ),
}

GRADES: dict[Grade, Word] = {
    Grade.FRESH: Word("محدَّثة", "fresh"),
    Grade.AGEING: Word("حان تحديثها", "ageing"),
    Grade.STALE: Word("قديمة", "stale"),
    Grade.EXPIRED: Word("منتهية", "expired"),
}

CLOCKS: dict[ClockState, Word] = {
    ClockState.SYNCED: Word("الساعة متزامنة", "Clock synced"),
    ClockState.HOLDING: Word("الساعة دون مزامنة", "Clock not synced"),
    ClockState.DOUBTFUL: Word("الساعة غير موثوقة", "Clock in doubt"),
}

# With a length of time, as it follows a preposition in Arabic.
CLOCK_SEEMS_FAST = Word("تبدو الساعة متقدمة بنحو {span}", "Clock seems {span} fast")
CLOCK_SEEMS_SLOW = Word("تبدو الساعة متأخرة بنحو {span}", "Clock seems {span} slow")

ENVIRONMENTS: dict[Environment, Text] = {
    Environment.SANDBOX: Text(
        "بيئة اختبار",
        "بيئة اختبار: الهويات والنتائج للتجربة فقط ولا يُعتدّ بها",
        "Sandbox",
        "Sandbox: IDs and results are for trial only; do not rely on them",
    ),
    Environment.PILOT: Text(
        "بيئة تجريبية",
        "تشغيل تجريبي: لا يُعتدّ بالنتيجة دون التحقق المعتاد",
        "Pilot",
        "Pilot: no result counts without the usual check",
    ),
    Environment.PRODUCTION: Text("بيئة فعلية", "بيئة التشغيل الفعلي", "Production", "Production environment"),
}

HOLDER_CLASSES: dict[HolderClass, Word] = {
    HolderClass.CITIZEN: Word("مواطن", "Citizen"),
    HolderClass.RESIDENT: Word("مقيم", "Resident"),
    HolderClass.FAMILY: Word("تابع لمقيم", "Family member of a resident"),
    HolderClass.VISITOR: Word("زائر", "Visitor"),
}

LIKENESSES: dict[Likeness, Word] = {
    Likeness.SAME: Word("مطابق", "Same person"),
    Likeness.UNSURE: Word("غير مؤكد", "Not certain"),
    Likeness.DIFFERENT: Word("غير مطابق", "Not the same person"),
}

CAUTIONS: dict[Caution, Word] = {
    Caution.NOT_SEALED: Word("السجل غير مختوم", "Log not sealed"),
    Caution.AUDIT_KEY_OVERDUE: Word("مفتاح ختم السجل قديم", "Log's sealing key is old"),
    Caution.DISK_FILLING: Word("مساحة القرص تتناقص", "Disk is filling up"),
    Caution.CAMERA_WEAK: Word("صورة الكاميرا دون المطلوب", "Camera below setting"),
}

# In place of "same person" where the movements leave it open who was there.
PICTURES_ALIKE = Word("الصورتان متشابهتان، والحكم لك", "Pictures alike; you decide")
SHOW_PHOTO = Word("المس لإظهار صورة الهوية", "Touch to show the photo")

NOT_CHECKED = Word("لم يُجرَ الفحص", "not checked")
CHECK_PASSED = Word("الفحص سليم", "passed")

# The purposes of the sandbox policy; a purpose of another policy is shown by its own name.
PURPOSES: dict[str, Word] = {
    "checkpoint": Word("نقطة تفتيش", "Checkpoint"),
    "bank": Word("بنك", "Bank"),
    "hotel": Word("فندق", "Hotel"),
}
