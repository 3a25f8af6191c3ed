package org.tenon.cli.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tenon.api.TenonException;
import org.tenon.api.model.CausalModel;
import org.tenon.api.model.FinishReason;
import org.tenon.api.model.Generation;
import org.tenon.api.model.Request;
import org.tenon.api.model.Result;
import org.tenon.api.model.Sampling;
import org.tenon.api.model.Session;
import org.tenon.api.text.Message;
import org.tenon.api.text.Tokenizer;
import org.tenon.cli.console.Console;
import org.tenon.cli.console.Conversation;
import org.tenon.cli.console.CtrlC;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tenon chat}: a conversation. */
@Command(
        name = "chat",
        sortOptions = false,
        description = {"Talks with a model.", "It needs a chat template. Each line is a turn, typed or piped in."},
        footer = {
            "",
            "In the conversation, /reset begins anew, /help lists the commands, /exit or Ctrl-D ends, and Ctrl-C stops an answer."
        })
public final class Chat implements Callable<Integer> {
    /** The most tokens of an answer where nobody says how many. */
    private static final int MAX_TOKENS = 1024;

    private final Console console;

    @Mixin
    private ModelFolder folder = new ModelFolder();

    @Option(names = "--system", paramLabel = "TEXT", description = "Instructions that stand before the conversation.")
    private Optional<String> system = Optional.empty();

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Mixin
    private RuntimeOptions runtime = new RuntimeOptions();

    /**
     * The command.
     *
     * @param console what it reads from and prints on
     */
    public Chat(Console console) {
        this.console = console;
    }

    /**
     * Loads the model and answers until the input ends.
     *
     * @return 0
     * @throws IOException when the input can't be read
     */
    @Override
    public Integer call() throws IOException {
        sampling.given(); // refuses what can't be before a model is loaded for it
        try (OpenModel<CausalModel> open = runtime.open(folder.path(), console)) {
            CausalModel model = open.model();
            if (model.unreadTokenizer().isPresent()) {
                throw NoTokenizer.of(model, "'tenon generate' takes token ids");
            }
            if (model.tokenizer().flatMap(Tokenizer::chatTemplate).isEmpty()) {
                throw new TenonException(folder.path()
                        + ": the model has no chat template (chat_template.jinja, or chat_template in tokenizer_config.json); "
                        + "use 'tenon generate', or a model trained for conversations");
            }
            try (Conversation conversation = Conversation.on(console)) {
                if (conversation.typed()) {
                    console.say(console.style().faint(model.device() + "; /help lists the commands"));
                }
                while (session(model, conversation)) {
                    console.say(console.style().faint("a new conversation"));
                }
            }
        }
        return 0;
    }

    /** Holds one conversation; tells whether another one is wanted. */
    private boolean session(CausalModel model, Conversation conversation) throws IOException {
        List<Message> next = new ArrayList<>();
        system.ifPresent(text -> next.add(Message.system(text)));
        try (Session session = model.session()) {
            while (true) {
                String line = conversation
                        .next(console.style().bold("> "))
                        .orElse("/exit")
                        .strip();
                switch (line) {
                    case "" -> {}
                    case "/exit", "/quit" -> {
                        return false;
                    }
                    case "/reset" -> {
                        return true;
                    }
                    case "/help" ->
                        console.say(
                                "/reset begins anew, /exit or Ctrl-D ends, Ctrl-C stops an answer; all else goes to the model");
                    default -> {
                        next.add(Message.user(line));
                        answer(model, session, next, conversation);
                        next.clear();
                    }
                }
            }
        }
    }

    private void answer(CausalModel model, Session session, List<Message> messages, Conversation conversation) {
        Sampling wanted = SamplingOptions.bounded(sampling.given(), model.defaults(), MAX_TOKENS);
        try (Generation generation = session.generate(Request.chat(messages).sampling(wanted));
                CtrlC _ = conversation.cancels(generation::cancel)) {
            Result result = new Transcript(console, model).print(generation);
            console.println("");
            console.flush();
            if (result.reason().equals(FinishReason.CONTEXT_FULL)) {
                console.say("(the context is full; /reset begins anew)");
            } else if (result.reason().equals(FinishReason.MAX_TOKENS)) {
                console.say("(cut off after " + result.usage().outputTokens() + " tokens; --max-tokens allows more)");
            }
        }
    }
}
