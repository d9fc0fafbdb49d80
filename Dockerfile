# The playground as a container: docker build -t rnn-playground . && docker run -p 8501:8501 rnn-playground
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1

# Another user than root, with a home, in which Streamlit keeps what it has to.
RUN useradd --create-home --uid 1000 playground

WORKDIR /build
# The requirements first: they change more rarely than the code, and torch is large. Without a GPU its CPU build will do.
COPY requirements.txt .
RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu -r requirements.txt
COPY . .
RUN pip install --no-cache-dir --no-deps .

USER 1000
WORKDIR /home/playground
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["rnn-playground", "--port", "8501", "--address", "0.0.0.0"]
